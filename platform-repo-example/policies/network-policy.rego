# METADATA
# title: Nothing runs without a network policy around it
# custom:
#   id: network-policy
#   owner: security
package goldpath.unit

workloads contains object if {
	some object in input.objects
	object.spec.template.spec.containers
}

policies contains object if {
	some object in input.objects
	object.kind == "NetworkPolicy"
}

is_around(policy, workload) if policy.spec.podSelector == {}

is_around(policy, workload) if {
	selected := policy.spec.podSelector.matchLabels
	count(selected) > 0
	every key, value in selected {
		workload.spec.template.metadata.labels[key] == value
	}
}

is_closed(workload) if {
	some policy in policies
	"Ingress" in policy.spec.policyTypes
	is_around(policy, workload)
}

deny contains msg if {
	some workload in workloads
	not is_closed(workload)
	msg := sprintf("everybody in the cluster may reach %s `%s`: add a NetworkPolicy that says who needs to", [workload.kind, workload.metadata.name])
}
