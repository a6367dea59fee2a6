package main

security_said(pod_spec) := said if {
	said := {msg | some msg in deny | warn; not contains(msg, "memory")} with input as {
		"kind": "Deployment",
		"spec": {"template": {"spec": pod_spec}},
	}
}

limited := {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}

closed := {
	"name": "a",
	"image": "registry.example.org/a/b:1",
	"resources": limited,
	"securityContext": {"readOnlyRootFilesystem": true},
}

test_a_closed_pod_is_fine if count(security_said({"containers": [closed]})) == 0

test_the_network_of_the_machine_is_refused if count(security_said({"hostNetwork": true, "containers": [closed]})) == 1

test_a_folder_of_the_machine_is_refused if {
	volumes := [{"name": "v", "hostPath": {"path": "/"}}]
	count(security_said({"volumes": volumes, "containers": [closed]})) == 1
}

test_privileges_are_refused if {
	open := object.union(closed, {"securityContext": {"privileged": true}})
	count(security_said({"containers": [open]})) == 1
}

test_a_writable_image_is_told if {
	open := object.union(object.remove(closed, ["securityContext"]), {"securityContext": {}})
	security_said({"containers": [open]}) == {"the container `a` may write to its own image"}
}
