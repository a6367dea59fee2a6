package main

replicas_said(object) := said if {
	said := {msg | some msg in deny; contains(msg, "replicas are more")} with input as object
}

test_a_few_are_fine if count(replicas_said({"kind": "Deployment", "spec": {"replicas": 3}})) == 0

test_too_many_are_refused if count(replicas_said({"kind": "Deployment", "spec": {"replicas": 21}})) == 1

test_too_many_by_load_are_refused if {
	count(replicas_said({"kind": "HorizontalPodAutoscaler", "spec": {"maxReplicas": 40}})) == 1
}

test_too_many_of_a_job_are_refused if {
	count(replicas_said({"kind": "Job", "spec": {"parallelism": 21}})) == 1
	count(replicas_said({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"parallelism": 21}}}})) == 1
	count(replicas_said({"kind": "Job", "spec": {"parallelism": 20}})) == 0
}
