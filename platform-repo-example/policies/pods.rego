# METADATA
# title: The Pods that an object makes, and their containers
# description: A library for the policies beside it. What runs is more than the containers of a Deployment, and whoever looks for those alone misses the rest.
package lib.pods

# What `package main` asks about: worked out once for each object.
all := of(input)

# All containers: those that run before the others, those that run beside them, and those that are put in later to look around.
containers contains container if {
	some pod in all
	some field in ["containers", "initContainers", "ephemeralContainers"]
	some container in pod.spec[field]
}

# The containers that may say what they need: for ephemeral ones Kubernetes takes no resources.
lasting contains container if {
	some pod in all
	some field in ["containers", "initContainers"]
	some container in pod.spec[field]
}

# Every Pod that comes of an object, as its template: a Pod itself, and where Kubernetes' own kinds have it.
of(it) := {it} if {
	it.kind == "Pod"
	it.apiVersion == "v1"
}

of(it) := {it.template} if {
	it.kind == "PodTemplate"
	it.apiVersion == "v1"
}

of(it) := {it.spec.template} if it.apiVersion in ["apps/v1", "batch/v1", "v1"]

of(it) := {it.spec.jobTemplate.spec.template} if {
	it.kind == "CronJob"
	it.apiVersion == "batch/v1"
}

# What is not known here (custom resources that nobody has thought of, such as a Service of Knative) is searched, however deep.
of(it) := {template | walk(it, [_, template]); is_array(template.spec.containers)} if {
	it.kind
	not is_known(it.apiVersion, it.kind)
}

is_known(version, _) if {
	version in [
		"apps/v1", "autoscaling/v2", "batch/v1", "networking.k8s.io/v1", "policy/v1", "rbac.authorization.k8s.io/v1", "v1",
		"external-secrets.io/v1", "kms.aws.upbound.io/v1beta1", "s3.aws.upbound.io/v1beta1", "s3.aws.upbound.io/v1beta2",
	]
}

# Of this group others (Prometheus, Alertmanager) have containers.
is_known("monitoring.coreos.com/v1", kind) if kind in ["PodMonitor", "Probe", "PrometheusRule", "ServiceMonitor"]

# Whether a selector (of a NetworkPolicy, a PodDisruptionBudget) means a Pod: all that it says must hold, and one that says nothing means every Pod.
selects(selector, pod) if {
	labels := object.get(pod, ["metadata", "labels"], {})
	every key, value in object.get(selector, "matchLabels", {}) {
		labels[key] == value
	}
	every expression in object.get(selector, "matchExpressions", []) {
		holds(expression, labels)
	}
}

holds(expression, labels) if {
	expression.operator == "In"
	labels[expression.key] in expression.values
}

holds(expression, labels) if {
	expression.operator == "NotIn"
	not object.get(labels, expression.key, null) in expression.values
}

holds(expression, labels) if {
	expression.operator == "Exists"
	labels[expression.key]
}

holds(expression, labels) if {
	expression.operator == "DoesNotExist"
	not labels[expression.key]
}

# Whether two objects are in the same namespace.
together(one, other) if {
	object.get(one, ["metadata", "namespace"], "") == object.get(other, ["metadata", "namespace"], "")
}
