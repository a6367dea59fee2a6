# METADATA
# title: What is made to try something out ends, and soon where the data is confidential
# description: Sees a request that says how long it lives, as `lifetime` or as `ttl`.
# custom:
#   id: lifetime
#   owner: sre
package goldpath.unit

hours_of := {"h": 1, "d": 24, "w": 168}

most_hours := 168 if input.request.spec.dataClassification == "confidential"

most_hours := 720 if not input.request.spec.dataClassification == "confidential"

field := name if {
	some name in ["lifetime", "ttl"]
	input.request.spec[name]
}

lifetime := input.request.spec[field]

deny contains result if {
	regex.match(`^[0-9]+[hdw]$`, lifetime)
	number := to_number(trim_right(lifetime, "hdw"))
	unit := substring(lifetime, count(lifetime) - 1, 1)
	number * hours_of[unit] > most_hours
	result := {
		"msg": sprintf("it would live %s: ask for at most %dd, and prolong it when it is still needed", [lifetime, most_hours / 24]),
		"field": sprintf("/spec/%s", [field]),
	}
}
