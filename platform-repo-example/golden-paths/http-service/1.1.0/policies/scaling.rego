# METADATA
# title: The most replicas are not fewer than the fewest
# custom:
#   id: scaling-is-a-range
#   owner: platform
package main

deny contains result if {
	input.kind == "HorizontalPodAutoscaler"
	input.spec.maxReplicas < input.spec.minReplicas
	result := {
		"msg": sprintf("at most %d replicas are fewer than at least %d", [input.spec.maxReplicas, input.spec.minReplicas]),
		"field": "/spec/scaling/max",
	}
}
