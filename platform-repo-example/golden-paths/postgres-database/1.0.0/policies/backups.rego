# METADATA
# title: What is lost can be brought back
# description: Looks at the Terraform file of the instance, so that it holds whatever a template makes of the request.
# custom:
#   id: database-backups
#   owner: platform
package main

instance := input.resource.terraform_data.instance.input

deny contains result if {
	instance.deletion_protection == true
	instance.backup_retention_period < 14
	result := {
		"msg": sprintf("%d days of backups are too few for production: ask for 14 or more", [instance.backup_retention_period]),
		"field": "/spec/backups/days",
	}
}

deny contains msg if {
	instance
	not instance.storage_encrypted == true
	msg := "its storage is not encrypted: set `storage_encrypted`"
}
