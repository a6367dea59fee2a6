# METADATA
# title: The dashboard can be named after the team and the service
# description: Grafana takes 40 characters. Cut to that, two services whose names begin alike would have one dashboard. No schema sees the team.
# custom:
#   id: name-fits-the-dashboard
#   owner: platform
package main

deny contains result if {
	uid := json.unmarshal(input.data["dashboard.json"]).uid
	count(uid) > 40
	result := {
		"msg": sprintf("`%s` is %d characters long, and the name of a dashboard at most 40: shorten the name by %d", [uid, count(uid), count(uid) - 40]),
		"field": "/metadata/name",
	}
}
