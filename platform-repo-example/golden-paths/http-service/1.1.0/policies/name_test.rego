package main

dashboard(uid) := {"kind": "ConfigMap", "data": {"dashboard.json": json.marshal({"uid": uid})}}

test_forty_are_fine if count(deny) == 0 with input as dashboard("a-team-a-service-whose-name-is-just-long")

test_one_more_is_refused if count(deny) == 1 with input as dashboard("a-team-a-service-whose-name-is-too-longer")
