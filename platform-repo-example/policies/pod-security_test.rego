package main

answers(object) := said if said := {msg | some msg in deny | warn} with input as object

security_said(pod_spec) := answers({"kind": "Deployment", "spec": {"template": {"spec": pod_spec}}})

closed := {"name": "a", "image": "registry.example.org/a/b:1", "securityContext": {"readOnlyRootFilesystem": true}}

privileged := {"name": "b", "securityContext": {"readOnlyRootFilesystem": true, "privileged": true}}

test_a_closed_pod_is_fine if count(security_said({"containers": [closed]})) == 0

test_the_network_of_the_machine_is_refused if count(security_said({"hostNetwork": true, "containers": [closed]})) == 1

test_a_folder_of_the_machine_is_refused if {
	volumes := [{"name": "v", "hostPath": {"path": "/"}}]
	count(security_said({"volumes": volumes, "containers": [closed]})) == 1
}

test_a_port_of_the_machine_is_refused if {
	count(security_said({"containers": [object.union(closed, {"ports": [{"containerPort": 80, "hostPort": 80}]})]})) == 1
}

test_privileges_are_refused if security_said({"containers": [privileged]}) == {"the container `b` is privileged"}

test_a_privileged_container_is_refused_wherever_it_stands if {
	security_said({"containers": [closed], "initContainers": [privileged]}) == {"the container `b` is privileged"}
	security_said({"containers": [closed], "ephemeralContainers": [privileged]}) == {"the container `b` is privileged"}
}

adds(name) := object.union(closed, {"securityContext": {"capabilities": {"drop": ["ALL"], "add": [name]}}})

test_capabilities_are_refused_but_for_low_ports if {
	count(security_said({"containers": [adds("SYS_ADMIN")]})) == 1
	count(security_said({"containers": [adds("NET_BIND_SERVICE")]})) == 0
}

test_a_pod_by_itself_is_looked_at if {
	count(answers({"kind": "Pod", "spec": {"hostPID": true, "containers": [privileged]}})) == 2
}

test_jobs_are_looked_at if {
	template := {"spec": {"hostIPC": true, "containers": [privileged]}}
	count(answers({"kind": "Job", "spec": {"template": template}})) == 2
	count(answers({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": template}}}})) == 2
}

test_a_writable_image_is_told if {
	open := object.union(object.remove(closed, ["securityContext"]), {"securityContext": {}})
	security_said({"containers": [open]}) == {"the container `a` may write to its own image"}
	security_said({"containers": [closed], "initContainers": [open]}) == {"the container `a` may write to its own image"}
}
