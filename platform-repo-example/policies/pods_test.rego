package lib.pods

runs := {
	"containers": [{"name": "a"}],
	"initContainers": [{"name": "before"}, {"name": "beside", "restartPolicy": "Always"}],
	"ephemeralContainers": [{"name": "later"}],
}

web_pod := {"metadata": {"labels": {"app": "a"}}, "spec": runs}

names(found) := {container.name | some container in found}

test_a_pod_is_one_itself if {
	pod := object.union(web_pod, {"apiVersion": "v1", "kind": "Pod"})
	of(pod) == {pod}
}

test_a_deployment_makes_pods if of({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": web_pod}}) == {web_pod}

test_a_cron_job_makes_pods if {
	of({"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": web_pod}}}}) == {web_pod}
}

test_a_replication_controller_makes_pods if {
	of({"apiVersion": "v1", "kind": "ReplicationController", "spec": {"template": web_pod}}) == {web_pod}
}

test_a_pod_template_makes_pods if of({"apiVersion": "v1", "kind": "PodTemplate", "template": web_pod}) == {web_pod}

test_a_custom_resource_may_make_several if {
	other := object.union(web_pod, {"metadata": {"labels": {"app": "b"}}})
	resource := {"kind": "Cluster", "spec": {"head": {"template": web_pod}, "workers": [{"template": other}]}}
	of(resource) == {web_pod, other}
}

test_a_name_of_kubernetes_means_nothing_elsewhere if {
	of({"apiVersion": "serving.knative.dev/v1", "kind": "Service", "spec": {"template": web_pod}}) == {web_pod}
}

test_what_runs_nothing_makes_none if not of({"apiVersion": "v1", "kind": "Service", "spec": {"selector": {"app": "a"}}})

test_what_reads_metrics_makes_none_and_what_keeps_them_does if {
	not of({"apiVersion": "monitoring.coreos.com/v1", "kind": "PodMonitor", "spec": {}})
	keeps := {"apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus", "spec": {"containers": [{"name": "beside"}]}}
	of(keeps) == {keeps}
}

test_what_is_no_object_makes_none if not of({"resource": {"terraform_data": {}}})

test_all_containers_are_seen if {
	names(containers) == {"a", "before", "beside", "later"} with input as {"kind": "Job", "spec": {"template": web_pod}}
}

test_ephemeral_containers_cannot_say_what_they_need if {
	names(lasting) == {"a", "before", "beside"} with input as {"kind": "Job", "spec": {"template": web_pod}}
}

test_an_empty_selector_means_every_pod if selects({}, web_pod)

test_labels_must_all_be_there if {
	selects({"matchLabels": {"app": "a"}}, web_pod)
	not selects({"matchLabels": {"app": "a", "tier": "web"}}, web_pod)
	not selects({"matchLabels": {"app": "a"}}, {"spec": runs})
}

test_expressions_must_hold_as_well if {
	selects({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}]}, web_pod)
	selects({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["b"]}]}, web_pod)
	selects({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, web_pod)
	selects({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, web_pod)
	not selects({"matchLabels": {"app": "a"}, "matchExpressions": [{"key": "tier", "operator": "Exists"}]}, web_pod)
}

test_a_namespace_is_compared if {
	together({"metadata": {"namespace": "a"}}, {"metadata": {"namespace": "a"}})
	not together({"metadata": {"namespace": "a"}}, {"metadata": {"namespace": "b"}})
}
