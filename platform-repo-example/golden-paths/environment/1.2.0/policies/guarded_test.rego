package goldpath.unit

namespace := {"kind": "Namespace", "metadata": {"name": "a"}}

within(kind, spec) := {"kind": kind, "metadata": {"name": "x", "namespace": "a"}, "spec": spec}

closed := {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}

all_guards := [namespace, within("ResourceQuota", {}), within("LimitRange", {}), within("NetworkPolicy", closed)]

test_a_namespace_with_its_guards_is_fine if count(deny) == 0 with input as {"objects": all_guards}

test_a_namespace_alone_is_refused if count(deny) == 3 with input as {"objects": [namespace]}

test_guards_of_another_namespace_are_none if {
	count(deny) == 3 with input as {"objects": array.concat([{"kind": "Namespace", "metadata": {"name": "b"}}], array.slice(all_guards, 1, 4))}
}

test_a_policy_that_opens_is_no_guard if {
	opens := within("NetworkPolicy", object.union(closed, {"ingress": [{"from": [{"podSelector": {}}]}]}))
	count(deny) == 1 with input as {"objects": array.concat(array.slice(all_guards, 0, 3), [opens])}
}

test_what_makes_no_namespace_needs_none if count(deny) == 0 with input as {"objects": [{"kind": "Probe", "metadata": {"name": "a", "namespace": "b"}}]}
