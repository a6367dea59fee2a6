package main

limits_said(resources) := said if {
	said := {msg | some msg in deny; contains(msg, "container `a`")} with input as {
		"kind": "Deployment",
		"spec": {"template": {"spec": {"containers": [{"name": "a", "resources": resources}]}}},
	}
}

test_all_said if count(limits_said({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}})) == 0

test_nothing_said if count(limits_said({})) == 3

test_containers_that_run_before_are_asked_too if {
	said := deny with input as {"kind": "Pod", "spec": {"containers": [], "initContainers": [{"name": "a"}]}}
	count(said) == 3
}

test_jobs_are_asked_too if {
	template := {"spec": {"containers": [{"name": "a"}]}}
	said := deny with input as {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}}
	count(said) == 3
}
