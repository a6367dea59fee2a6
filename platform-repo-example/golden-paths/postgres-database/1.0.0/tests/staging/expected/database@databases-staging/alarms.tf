# Each alarm goes to the channel of the team.
locals {
  alarms = {
    storage   = { metric = "FreeStorageSpace", below = 2147483640 }
    processor = { metric = "CPUUtilization", above = 85 }
  }
}

resource "terraform_data" "alarm" {
  for_each = local.alarms

  input = {
    name     = "sample-team-trial-${each.key}"
    instance = terraform_data.instance.output.identifier
    alarm    = each.value
    notify   = "#sample"
    owner    = local.goldpath
  }
}
