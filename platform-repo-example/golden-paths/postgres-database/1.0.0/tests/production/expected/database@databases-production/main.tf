# The provider that is built into Terraform stands in for that of the cloud, with its arguments.
resource "terraform_data" "instance" {
  input = {
    identifier              = "sample-team-ledger"
    db_name                 = "ledger"
    engine                  = "postgres"
    engine_version          = "17"
    instance_class          = "db.m7g.large"
    allocated_storage       = 200
    storage_encrypted       = true
    multi_az                = true
    backup_retention_period = 30
    backup_window           = "02:00-03:00"
    deletion_protection     = true
    publicly_accessible     = false
    extensions              = ["citext", "pg_trgm"]
    tags                    = local.goldpath

    # The cloud makes the name from the identifier: it stays when a backup is restored in its place, under the same identifier.
    address = "sample-team-ledger.eu-central-1.rds.example.org"

    # The cloud makes the password and keeps it in the vault: it is in no file and in no state.
    manage_master_user_password = true
  }

  lifecycle {
    prevent_destroy = true
  }
}
