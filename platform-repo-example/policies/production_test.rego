package goldpath.unit

unit(environment, objects) := {"target": {"labels": {"environment": environment}}, "objects": objects}

deployment(replicas) := {
	"kind": "Deployment",
	"metadata": {"name": "a"},
	"spec": object.union(replicas, {"template": {"metadata": {"labels": {"app": "a"}}}}),
}

guard := {"kind": "PodDisruptionBudget", "spec": {"selector": {"matchLabels": {"app": "a"}}}}

scaled(least) := {
	"kind": "HorizontalPodAutoscaler",
	"metadata": {"name": "a"},
	"spec": {"minReplicas": least, "scaleTargetRef": {"name": "a"}},
}

test_two_are_fine if count(deny) == 0 with input as unit("production", [deployment({"replicas": 2}), guard])

test_the_scaler_says_how_many if count(deny) == 0 with input as unit("production", [deployment({}), scaled(2), guard])

test_one_is_refused if count(deny) == 1 with input as unit("production", [deployment({}), guard])

test_a_scaler_to_one_is_refused if count(deny) == 1 with input as unit("production", [deployment({}), scaled(1), guard])

test_no_budget_is_refused if count(deny) == 1 with input as unit("production", [deployment({"replicas": 3})])

test_a_budget_for_other_pods_is_refused if {
	half := {"kind": "PodDisruptionBudget", "spec": {"selector": {"matchLabels": {"app": "a", "tier": "web"}}}}
	elsewhere := object.union(guard, {"metadata": {"namespace": "b"}})
	count(deny) == 1 with input as unit("production", [deployment({"replicas": 2}), half, elsewhere])
}

test_a_pod_by_itself_is_refused if count(deny) == 1 with input as unit("production", [{"kind": "Pod", "metadata": {"name": "a"}}])

test_a_job_may_run_once if count(deny) == 0 with input as unit("production", [{"kind": "Job", "metadata": {"name": "a"}}])

test_staging_may_do_with_one if count(deny) == 0 with input as unit("staging", [deployment({})])
