# METADATA
# title: No Pod gets at the machine that it runs on
# custom:
#   id: pod-security
#   owner: platform
package main

pod_of_input := input.spec.template.spec

deny contains msg if {
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	pod_of_input[field] == true
	msg := sprintf("`%s` lets the Pod into the machine that it runs on", [field])
}

deny contains msg if {
	some container in pod_of_input.containers
	container.securityContext.privileged == true
	msg := sprintf("the container `%s` is privileged", [container.name])
}

deny contains msg if {
	some volume in pod_of_input.volumes
	volume.hostPath
	msg := sprintf("the volume `%s` is a folder of the machine", [volume.name])
}

warn contains msg if {
	some container in pod_of_input.containers
	not container.securityContext.readOnlyRootFilesystem
	msg := sprintf("the container `%s` may write to its own image", [container.name])
}
