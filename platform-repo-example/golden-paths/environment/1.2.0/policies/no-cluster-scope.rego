# What this path makes lives in the environment's own namespace.

# METADATA
# title: Nothing but the namespace itself reaches outside of it
# custom:
#   id: environment-stays-in-its-namespace
#   owner: platform
package main

own_namespace(object) if object.kind == "Namespace"

own_namespace(object) if object.metadata.namespace

deny contains msg if {
	input.apiVersion
	not own_namespace(input)
	msg := sprintf("%s `%s` belongs to no namespace", [input.kind, input.metadata.name])
}
