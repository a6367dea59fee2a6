# METADATA
# title: Somebody can be asked about everything that runs
# description: A team that runs something says where it is asked, who pays, and for production who is called at night.
# custom:
#   id: owner
#   owner: platform
package goldpath.unit

team_file := sprintf("teams/%s.yaml", [input.team.name])

deny contains msg if {
	not input.team.contact.channel
	msg := sprintf("nobody can be asked about it: write the team's channel as `contact.channel` in %s", [team_file])
}

deny contains msg if {
	not input.team.costCentre
	msg := sprintf("nobody pays for it: write `costCentre` in %s", [team_file])
}

deny contains msg if {
	input.target.labels.environment == "production"
	not input.team.contact.onCall
	msg := sprintf("nobody is called when it fails in production: write `contact.onCall` in %s", [team_file])
}
