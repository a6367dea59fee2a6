# The provider that is built into Terraform stands in for that of the cloud, with its arguments.
resource "terraform_data" "instance" {
  input = {
    identifier              = "sample-team-trial"
    db_name                 = "trial"
    engine                  = "postgres"
    engine_version          = "17"
    instance_class          = "db.t4g.medium"
    allocated_storage       = 20
    storage_encrypted       = true
    multi_az                = false
    backup_retention_period = 14
    backup_window           = "02:00-03:00"
    deletion_protection     = false
    publicly_accessible     = false
    extensions              = []
    tags                    = local.goldpath

    # The cloud makes the name from the identifier: it stays when a backup is restored in its place, under the same identifier.
    address = "sample-team-trial.eu-west-1.rds.example.org"

    # The cloud makes the password and keeps it in the vault: it is in no file and in no state.
    manage_master_user_password = true
  }
}
