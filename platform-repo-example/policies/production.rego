# METADATA
# title: Production survives the loss of one machine
# description: Sees all objects of a unit, because the replicas may be said by an autoscaler.
# custom:
#   id: production
#   owner: sre
package goldpath.unit

import data.lib.pods

in_production if input.target.labels.environment == "production"

workloads contains object if {
	some object in input.objects
	object.kind in ["Deployment", "StatefulSet", "ReplicaSet"]
}

scalers contains object if {
	some object in input.objects
	object.kind == "HorizontalPodAutoscaler"
}

budgets contains object if {
	some object in input.objects
	object.kind == "PodDisruptionBudget"
}

is_scaled(workload) if {
	some scaler in scalers
	pods.together(scaler, workload)
	scaler.spec.scaleTargetRef.name == workload.metadata.name
}

is_guarded(workload) if {
	some budget in budgets
	pods.together(budget, workload)
	pods.selects(budget.spec.selector, workload.spec.template)
}

deny contains msg if {
	in_production
	some workload in workloads
	not is_scaled(workload)
	object.get(workload.spec, "replicas", 1) < 2
	msg := sprintf("%s `%s` would run once in production: ask for 2 or more", [workload.kind, workload.metadata.name])
}

deny contains result if {
	in_production
	some scaler in scalers
	object.get(scaler.spec, "minReplicas", 1) < 2
	result := {
		"msg": sprintf("`%s` may be scaled down to one in production: ask for at least 2", [scaler.metadata.name]),
		"field": "/spec/scaling/min",
	}
}

deny contains msg if {
	in_production
	some workload in workloads
	not is_guarded(workload)
	msg := sprintf("all of `%s` may be taken away at once when machines are drained: add a PodDisruptionBudget", [workload.metadata.name])
}

deny contains msg if {
	in_production
	some object in input.objects
	object.kind == "Pod"
	msg := sprintf("the Pod `%s` is not made anew when its machine is lost: make it a Deployment, or a Job when it ends", [object.metadata.name])
}
