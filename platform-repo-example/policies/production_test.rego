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

test_staging_may_do_with_one if count(deny) == 0 with input as unit("staging", [deployment({})])
