# METADATA
# title: No Pod gets at the machine that it runs on
# custom:
#   id: pod-security
#   owner: platform
package main

import data.lib.pods

deny contains msg if {
	some pod in pods.all
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	pod.spec[field] == true
	msg := sprintf("`%s` lets the Pod into the machine that it runs on", [field])
}

deny contains msg if {
	some container in pods.containers
	container.securityContext.privileged == true
	msg := sprintf("the container `%s` is privileged", [container.name])
}

deny contains msg if {
	some container in pods.containers
	some capability in container.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
	msg := sprintf("the container `%s` gets the capability `%s`: it may have `NET_BIND_SERVICE` and no other", [container.name, capability])
}

deny contains msg if {
	some container in pods.containers
	some port in container.ports
	port.hostPort
	msg := sprintf("the container `%s` takes the port %d of the machine: leave `hostPort` out, and make a Service", [container.name, port.hostPort])
}

deny contains msg if {
	some pod in pods.all
	some volume in pod.spec.volumes
	volume.hostPath
	msg := sprintf("the volume `%s` is a folder of the machine", [volume.name])
}

warn contains msg if {
	some container in pods.containers
	not container.securityContext.readOnlyRootFilesystem
	msg := sprintf("the container `%s` may write to its own image", [container.name])
}
