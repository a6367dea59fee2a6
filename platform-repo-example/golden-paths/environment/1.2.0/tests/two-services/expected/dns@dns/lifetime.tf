# The clock of the lifetime: it starts when everything else is there, and goes on when the lifetime is prolonged.
# The provider that is built in stands in for `time_offset`. No service can have this name: theirs have no underscore.
resource "terraform_data" "environment_lifetime" {
  input = {
    purpose  = "integration-test"
    lifetime = "14d"
    minutes  = 20160
    owner    = local.goldpath
  }
  depends_on = [
    terraform_data.api,
  ]
}

output "lifetime" {
  description = "How long the environment lives, counted from when it is up."
  value       = terraform_data.environment_lifetime.output.lifetime
}
