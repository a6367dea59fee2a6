# Each alarm goes to the channel of the team.
locals {
  alarms = {
    storage   = { metric = "FreeStorageSpace", below = 21474836400 }
    processor = { metric = "CPUUtilization", above = 85 }
  }
}

resource "terraform_data" "alarm" {
  for_each = local.alarms

  input = {
    name     = "sample-team-ledger-${each.key}"
    instance = terraform_data.instance.output.identifier
    alarm    = each.value
    notify   = "#sample"
    owner    = local.goldpath
  }
}
