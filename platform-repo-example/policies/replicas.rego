# METADATA
# title: Nothing runs more often than a target can take
# custom:
#   id: replicas
#   owner: sre
package main

most_replicas := 20

deny contains msg if {
	is_number(input.spec.replicas)
	input.spec.replicas > most_replicas
	msg := sprintf("%d replicas are more than %d", [input.spec.replicas, most_replicas])
}

deny contains msg if {
	input.kind == "HorizontalPodAutoscaler"
	input.spec.maxReplicas > most_replicas
	msg := sprintf("up to %d replicas are more than %d", [input.spec.maxReplicas, most_replicas])
}

jobs contains input.spec if input.kind == "Job"

jobs contains input.spec.jobTemplate.spec if input.kind == "CronJob"

deny contains msg if {
	some job in jobs
	job.parallelism > most_replicas
	msg := sprintf("%d replicas are more than %d at a time: lower `parallelism`", [job.parallelism, most_replicas])
}
