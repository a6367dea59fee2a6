# METADATA
# title: Every container says what it needs and how much memory it may use
# custom:
#   id: resource-limits
#   owner: sre
package main

import data.lib.pods

deny contains msg if {
	some container in pods.lasting
	some resource in ["cpu", "memory"]
	not container.resources.requests[resource]
	msg := sprintf("the container `%s` does not say how much %s it needs", [container.name, resource])
}

deny contains msg if {
	some container in pods.lasting
	not container.resources.limits.memory
	msg := sprintf("the container `%s` has no limit of memory", [container.name])
}
