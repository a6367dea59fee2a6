# METADATA
# title: Metrics have a port of their own
# description: No schema can say so. On the port of the service they would be read by everybody who reaches its host.
# custom:
#   id: metrics-have-their-own-port
#   owner: platform
package main

port_of(name) := port.containerPort if {
	some port in input.spec.template.spec.containers[_].ports
	port.name == name
}

deny contains result if {
	input.kind == "Deployment"
	port_of("metrics") == port_of("http")
	result := {
		"msg": sprintf("metrics on port %d would be open to everybody who reaches the host: name another `metrics.port`", [port_of("metrics")]),
		"field": "/spec/port",
	}
}
