package main

test_the_namespace_itself_is_fine if count(deny) == 0 with input as {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}

test_what_is_in_a_namespace_is_fine if {
	count(deny) == 0 with input as {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "b"}}
}

test_what_belongs_to_the_cluster_is_refused if {
	count(deny) == 1 with input as {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a"}}
}

test_what_is_no_object_is_fine if count(deny) == 0 with input as {"resource": {"terraform_data": {}}}
