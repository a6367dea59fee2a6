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

# Every Pod that comes of an object, as its template.
of(it) := {object.get(it, places[it.apiVersion][it.kind], {})}

# What is not known here (custom resources that nobody has thought of, such as a Service of Knative) is searched, however deep.
of(it) := {template | walk(it, [_, template]); is_array(template.spec.containers)} if {
	it.kind
	not places[it.apiVersion][it.kind]
	not it.kind in without[it.apiVersion]
}

# Where it stands in what makes Pods.
places := {
	"apps/v1": {
		"DaemonSet": ["spec", "template"],
		"Deployment": ["spec", "template"],
		"ReplicaSet": ["spec", "template"],
		"StatefulSet": ["spec", "template"],
	},
	"batch/v1": {
		"CronJob": ["spec", "jobTemplate", "spec", "template"],
		"Job": ["spec", "template"],
	},
	"v1": {
		"Pod": [],
		"PodTemplate": ["template"],
	},
}

# What makes none, and need not be searched.
without := {
	"autoscaling/v2": {"HorizontalPodAutoscaler"},
	"external-secrets.io/v1": {"ExternalSecret"},
	"kms.aws.upbound.io/v1beta1": {"Key"},
	"monitoring.coreos.com/v1": {"PodMonitor", "Probe", "PrometheusRule", "ServiceMonitor"},
	"networking.k8s.io/v1": {"Ingress", "NetworkPolicy"},
	"policy/v1": {"PodDisruptionBudget"},
	"rbac.authorization.k8s.io/v1": {"Role", "RoleBinding"},
	"s3.aws.upbound.io/v1beta1": {"BucketPolicy", "BucketPublicAccessBlock"},
	"s3.aws.upbound.io/v1beta2": {"Bucket", "BucketLifecycleConfiguration", "BucketServerSideEncryptionConfiguration", "BucketVersioning"},
	"v1": {"ConfigMap", "LimitRange", "Namespace", "ResourceQuota", "Secret", "Service", "ServiceAccount"},
}

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

holds({"operator": "In", "key": key, "values": values}, labels) if labels[key] in values

holds({"operator": "NotIn", "key": key, "values": values}, labels) if not labels[key] in values

holds({"operator": "Exists", "key": key}, labels) if labels[key]

holds({"operator": "DoesNotExist", "key": key}, labels) if not labels[key]

# Whether two objects are in the same namespace.
together(one, other) if {
	object.get(one, ["metadata", "namespace"], "") == object.get(other, ["metadata", "namespace"], "")
}
