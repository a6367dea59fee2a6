package goldpath.unit

deployment := {
	"kind": "Deployment",
	"metadata": {"name": "a"},
	"spec": {"template": {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a"}]}}},
}

around(selector) := {"kind": "NetworkPolicy", "spec": {"podSelector": selector, "policyTypes": ["Ingress"]}}

unit(objects) := {"objects": objects}

test_its_own_policy_is_fine if count(deny) == 0 with input as unit([deployment, around({"matchLabels": {"app": "a"}})])

test_one_for_all_is_fine if count(deny) == 0 with input as unit([deployment, around({})])

test_one_for_another_is_refused if count(deny) == 1 with input as unit([deployment, around({"matchLabels": {"app": "b"}})])

test_none_is_refused if count(deny) == 1 with input as unit([deployment])

test_one_of_another_namespace_is_refused if {
	elsewhere := object.union(around({}), {"metadata": {"namespace": "b"}})
	count(deny) == 1 with input as unit([deployment, elsewhere])
}

test_pods_and_jobs_need_one_too if {
	template := {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a"}]}}
	pod := object.union(template, {"kind": "Pod", "metadata": {"name": "a"}})
	job := {"kind": "CronJob", "metadata": {"name": "b"}, "spec": {"jobTemplate": {"spec": {"template": template}}}}
	count(deny) == 2 with input as unit([pod, job])
	count(deny) == 0 with input as unit([pod, job, around({"matchLabels": {"app": "a"}})])
}

test_what_does_not_run_needs_none if count(deny) == 0 with input as unit([{"kind": "Service"}])
