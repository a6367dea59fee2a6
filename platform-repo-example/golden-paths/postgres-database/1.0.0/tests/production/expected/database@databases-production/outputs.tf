output "host" {
  description = "Where the database is reached, inside of the company's network."
  value       = terraform_data.instance.output.address
}
