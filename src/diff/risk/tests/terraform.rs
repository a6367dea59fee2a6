//! Roots of Terraform, in which what gives access often stands elsewhere than what it is given to.

use super::*;

/// A unit whose one file this is.
fn root(code: &str) -> Unit {
    let mut unit = unit("");
    unit.target_kind = TargetKind::Terraform;
    unit.digest = Digest::of(code.as_bytes());
    for file in unit.files.values_mut() {
        file.bytes = code.as_bytes().into();
        file.digest = unit.digest;
    }
    unit
}

fn told(rows: &[(&str, &str, &str)]) -> String {
    let risk = |before: &str, after: &str| {
        let (before, after) = (root(before), root(after));
        let Found { risks, .. } = of((Some(&before), Some(&after)), &[], None);
        if risks.contains(&Risk::Widen) { "widen" } else { "-" }
    };
    rows.iter().map(|(what, before, after)| format!("{what}: {}\n", risk(before, after))).collect()
}

const DOCUMENT: &str = r#"
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:GetObject"]
    resources = [aws_s3_bucket.b.arn]
  }
}
resource "aws_s3_bucket" "b" {
  bucket = "shop"
  tags   = { tier = "a" }
}
resource "aws_iam_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
"#;

const GROUP: &str = r#"
variable "ranges" {
  type    = list(string)
  default = ["10.0.0.0/8"]
}
locals {
  more = var.ranges
  all  = concat(local.more, ["10.1.0.0/16"])
}
resource "aws_security_group" "g" {
  ingress {
    cidr_blocks = local.all
  }
}
resource "aws_instance" "i" {
  ami                    = "a"
  vpc_security_group_ids = [aws_security_group.g.id]
}
"#;

#[test]
fn what_a_block_of_access_reads_is_part_of_it() {
    let inline = GROUP.replace("local.all", r#"["10.0.0.0/8"]"#);
    let outside = GROUP.replace("local.all", "local.more");
    let text = DOCUMENT.replace("data.aws_iam_policy_document.d.json", r#""${data.aws_iam_policy_document.d.json}""#);
    let each = |ranges: &str| {
        format!(
            "locals {{\n  r = {ranges}\n}}\nresource \"aws_security_group\" \"g\" {{\n  dynamic \"ingress\" {{\n    for_each = local.r\n    content {{\n      cidr_blocks = [ingress.value]\n    }}\n  }}\n}}\n"
        )
    };
    let several = |range: &str| {
        format!(
            "locals {{\n  s = {{ a = \"{range}\" }}\n}}\nresource \"aws_subnet\" \"s\" {{\n  for_each = local.s\n  cidr_block = each.value\n}}\nresource \"aws_security_group_rule\" \"r\" {{\n  cidr_blocks = [aws_subnet.s[\"a\"].cidr_block]\n}}\n"
        )
    };
    let heredoc = |who: &str| {
        format!(
            "locals {{\n  who = [\"{who}\"]\n}}\nresource \"aws_sqs_queue_policy\" \"q\" {{\n  policy = <<-E\n    %{{ for w in local.who ~}}\n    ${{w}}\n    %{{ endfor ~}}\n  E\n}}\n"
        )
    };
    let circle = |value: &str| {
        format!("locals {{\n  a = [local.b, {value}]\n  b = local.a\n}}\nresource \"aws_iam_policy\" \"p\" {{\n  policy = local.a\n}}\n")
    };
    let moved = GROUP.replace("local.all", r#"concat(var.ranges, ["10.1.0.0/16"])"#);
    insta::assert_snapshot!(told(&[
        ("nothing", DOCUMENT, &format!("{DOCUMENT}\n# a remark\n")),
        ("a wider document", DOCUMENT, &DOCUMENT.replace("s3:GetObject", "*")),
        ("a wider document in a text", &text, &text.replace("s3:GetObject", "*")),
        ("a tag of what a document names", DOCUMENT, &DOCUMENT.replace("\"a\"", "\"b\"")),
        ("another thing that a document names", DOCUMENT, &DOCUMENT.replace("\"shop\"", "\"other\"")),
        ("a default", GROUP, &GROUP.replace("10.0.0.0/8", "0.0.0.0/0")),
        ("a local value", GROUP, &GROUP.replace("10.1.0.0/16", "0.0.0.0/0")),
        ("a value moves out of the block", &inline, &outside),
        ("a value moves into the block", &outside, &inline),
        ("another value moves out of the block", &inline, &outside.replace("10.0.0.0/8", "0.0.0.0/0")),
        ("an expression moves", GROUP, &moved),
        ("the image of what is in a group", GROUP, &GROUP.replace("\"a\"", "\"b\"")),
        ("another group of it", GROUP, &GROUP.replace("aws_security_group.g.id", "\"sg-1\"")),
        ("one more in a loop", &each(r#"["10.0.0.0/8"]"#), &each(r#"["0.0.0.0/0"]"#)),
        ("one of several", &several("10.0.0.0/8"), &several("0.0.0.0/0")),
        ("a loop in a text", &heredoc("ann"), &heredoc("*")),
        ("a circle", &circle("1"), &circle("2")),
        ("a circle that stays", &circle("1"), &format!("{}\n", circle("1"))),
        ("other blocks in between", GROUP, &format!("resource \"terraform_data\" \"z\" {{\n  input = 1\n}}\n{GROUP}")),
    ]), @"
    nothing: -
    a wider document: widen
    a wider document in a text: widen
    a tag of what a document names: -
    another thing that a document names: widen
    a default: widen
    a local value: widen
    a value moves out of the block: -
    a value moves into the block: -
    another value moves out of the block: widen
    an expression moves: -
    the image of what is in a group: -
    another group of it: widen
    one more in a loop: widen
    one of several: widen
    a loop in a text: widen
    a circle: widen
    a circle that stays: -
    other blocks in between: -
    ");
}

/// A resource of a type.
fn block(kind: &str, body: &str) -> String {
    format!("resource \"{kind}\" \"a\" {{\n  {body}\n}}\n")
}

/// A resource of a type as it was and as it is.
fn row(what: &'static str, kind: &str, before: Option<&str>, after: &str) -> (&'static str, String, String) {
    (what, before.map_or_else(String::new, |body| block(kind, body)), block(kind, after))
}

#[test]
fn what_lets_in_is_told_by_its_field() {
    let manifest = |kind: &str, rest: &str| {
        format!("manifest = {{\n apiVersion = \"v1\"\n kind = \"{kind}\"\n metadata = {{ name = \"a\" }}\n {rest}\n}}")
    };
    let rows = [
        row("a rule comes", "azurerm_network_security_rule", None, "source_address_prefix = \"0.0.0.0/0\""),
        row("a firewall comes", "google_compute_firewall", None, "source_ranges = [\"0.0.0.0/0\"]"),
        row("a permission comes", "aws_lambda_permission", None, "principal = \"*\""),
        row("a database becomes public", "aws_db_instance", Some("publicly_accessible = false"), "publicly_accessible = true"),
        row("by a value", "aws_db_instance", Some("publicly_accessible = false"), "publicly_accessible = var.x"),
        row("it is public no more", "aws_db_instance", Some("publicly_accessible = true"), "publicly_accessible = false"),
        row("it says nothing of it", "aws_db_instance", Some("publicly_accessible = true"), "name = 1"),
        row("a public one gets larger", "aws_db_instance", Some("publicly_accessible = true"), "publicly_accessible = true\n  size = 2"),
        row("a database comes", "aws_db_instance", None, "name = 1"),
        row("a public database comes", "aws_db_instance", None, "publicly_accessible = true"),
        row("a balancer is inner no more", "aws_lb", Some("internal = true"), "internal = false"),
        row("it says no more that it is inner", "aws_lb", Some("internal = true"), "name = 1"),
        row("a balancer becomes inner", "aws_lb", Some("internal = false"), "internal = true"),
        row("a balancer comes", "aws_lb", None, "name = 1"),
        row("an inner one comes", "aws_lb", None, "internal = true"),
        row("a queue's policy", "aws_sqs_queue", Some("policy = 1"), "policy = 2"),
        row("another role", "aws_lambda_function", Some("role = 1"), "role = 2"),
        row("a function comes with a role", "aws_lambda_function", None, "role = 2"),
        row("a role of the cluster", "kubernetes_cluster_role", Some("verbs = [1]"), "verbs = [2]"),
        row(
            "a service of the balancer",
            "kubernetes_service",
            Some("spec {\n  type = \"ClusterIP\"\n  }"),
            "spec {\n  type = \"LoadBalancer\"\n  }",
        ),
        row("a privileged container", "kubernetes_deployment", Some("image = 1"), "security_context {\n  privileged = true\n  }"),
        row("a manifest of a config", "kubernetes_manifest", Some(&manifest("ConfigMap", "data = 1")), &manifest("ConfigMap", "data = 2")),
        row(
            "of a service",
            "kubernetes_manifest",
            Some(&manifest("Service", "spec = { type = \"ClusterIP\" }")),
            &manifest("Service", "spec = { type = \"LoadBalancer\" }"),
        ),
        row("a manifest from elsewhere", "kubernetes_manifest", None, "manifest = yamldecode(local.x)"),
        row("a block of some public access", "aws_s3_bucket_public_access_block", None, "block_public_acls = true"),
        row(
            "a block of public access",
            "aws_s3_bucket_public_access_block",
            None,
            "block_public_acls = true\n  block_public_policy = true\n  ignore_public_acls = true\n  restrict_public_buckets = true",
        ),
    ];
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(what, before, after)| (*what, before.as_str(), after.as_str())).collect();
    insta::assert_snapshot!(told(&rows), @"
    a rule comes: widen
    a firewall comes: widen
    a permission comes: widen
    a database becomes public: widen
    by a value: widen
    it is public no more: -
    it says nothing of it: -
    a public one gets larger: -
    a database comes: -
    a public database comes: widen
    a balancer is inner no more: widen
    it says no more that it is inner: widen
    a balancer becomes inner: -
    a balancer comes: widen
    an inner one comes: -
    a queue's policy: widen
    another role: widen
    a function comes with a role: -
    a role of the cluster: widen
    a service of the balancer: widen
    a privileged container: widen
    a manifest of a config: -
    of a service: widen
    a manifest from elsewhere: widen
    a block of some public access: widen
    a block of public access: -
    ");
}

#[test]
fn what_keeps_out_and_whose_role_a_provider_has_are_told() {
    let guard = block("aws_s3_bucket_public_access_block", "block_public_acls = true");
    assert_eq!(told(&[("it goes", &guard, ""), ("it stays", &guard, &guard)]), "it goes: widen\nit stays: -\n");
    let webhook = block("kubernetes_validating_webhook_configuration_v1", "x = 1");
    assert_eq!(told(&[("it goes", &webhook, "")]), "it goes: widen\n");
    let provider = |rest: &str| format!("provider \"aws\" {{\n  region = 1\n{rest}}}\n");
    let role = provider("  assume_role {\n    role_arn = 1\n  }\n");
    assert_eq!(
        told(&[("a role of the provider", &provider(""), &role), ("none", &role, &provider(""))]),
        "a role of the provider: widen\nnone: -\n"
    );
    assert_eq!(told(&[("what cannot be read", "", "resource {")]), "what cannot be read: widen\n");
}

#[test]
fn what_a_manifest_does_not_write_out_is_taken_for_more() {
    let manifest = |locals: &str, api: &str, kind: &str, rest: &str| {
        let metadata = "metadata = { name = \"${local.n}-a\", labels = local.l }";
        format!(
            "locals {{\n  {locals}\n}}\nresource \"kubernetes_manifest\" \"m\" {{\n  manifest = {{\n    apiVersion = {api}\n    kind = {kind}\n    {metadata}\n    {rest}\n  }}\n}}\n"
        )
    };
    let plain = |kind: &str, rest: &str| manifest("n = 1", "\"v1\"", &format!("\"{kind}\""), rest);
    let of = |locals: &str, kind: &str, rest: &str| manifest(locals, "\"v1\"", &format!("\"{kind}\""), rest);
    let role = |rules: &str, locals: &str| manifest(locals, "\"rbac.authorization.k8s.io/v1\"", "\"Role\"", rules);
    let get = "rules = [{ apiGroups = [\"\"], resources = [\"pods\"], verbs = [\"get\"] }]";
    let policy = |locals: &str, ingress: &str| {
        let spec = format!("spec = {{ podSelector = {{}}, policyTypes = [\"Ingress\"], ingress = {ingress} }}");
        manifest(locals, "\"networking.k8s.io/v1\"", "\"NetworkPolicy\"", &spec)
    };
    let pod = |locals: &str, containers: &str| of(locals, "Pod", &format!("spec = {{ containers = {containers} }}"));
    let image = "[{ name = \"a\", image = \"a:${local.v}\" }]";
    let none = String::new;
    let rows = [
        ("a kind", none(), manifest("k = \"ClusterRoleBinding\"", "\"rbac.authorization.k8s.io/v1\"", "local.k", "subjects = []")),
        ("a kind by an expression", none(), manifest("k = \"Cluster\"", "\"v1\"", "\"${local.k}Role\"", "x = 1")),
        ("an API", none(), manifest("k = \"v\"", "\"${local.k}1\"", "\"Config\"", "x = 1")),
        ("rules", role(get, "n = 1"), role("rules = local.r", "r = [{ apiGroups = [\"*\"], resources = [\"*\"], verbs = [\"*\"] }]")),
        (
            "the type of a service",
            plain("Service", "spec = { type = \"ClusterIP\" }"),
            of("r = \"LoadBalancer\"", "Service", "spec = { type = local.r }"),
        ),
        (
            "it is a local value, and the same",
            plain("Service", "spec = { type = \"ClusterIP\" }"),
            of("r = \"ClusterIP\"", "Service", "spec = { type = local.r }"),
        ),
        (
            "the local value changes",
            of("r = \"ClusterIP\"", "Service", "spec = { type = local.r }"),
            of("r = \"NodePort\"", "Service", "spec = { type = local.r }"),
        ),
        ("all of a service", plain("Service", "spec = { ports = [] }"), of("r = { type = \"LoadBalancer\" }", "Service", "spec = local.r")),
        (
            "a privileged container",
            pod("r = 1", "[{ name = \"a\" }]"),
            pod("r = true", "[{ name = \"a\", securityContext = { privileged = local.r } }]"),
        ),
        ("all containers, which only move", pod("r = 1", "[{ name = \"a\" }]"), pod("r = [{ name = \"a\" }]", "local.r")),
        ("other containers", pod("r = 1", "[{ name = \"a\" }]"), pod("r = [{ name = \"b\" }]", "local.r")),
        ("an image", pod("v = 1", image), pod("v = 2", image)),
        ("what a policy lets in", policy("r = []", "local.r"), policy("r = [{}]", "local.r")),
        ("it lets in nothing that is not written out", policy("r = [{}]", "local.r"), policy("r = [{}]", "[]")),
        (
            "what a config holds",
            of("v = \"a${var.x}\"", "ConfigMap", "data = local.v"),
            of("v = \"b${var.x}\"", "ConfigMap", "data = local.v"),
        ),
        ("how strict a namespace is", of("l = { a = 1 }", "Namespace", ""), of("l = { a = 2 }", "Namespace", "")),
        ("the name and the labels of a service", of("n = 1", "Service", ""), of("n = 2\n  l = {}", "Service", "")),
    ];
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(what, before, after)| (*what, before.as_str(), after.as_str())).collect();
    insta::assert_snapshot!(told(&rows), @"
    a kind: widen
    a kind by an expression: widen
    an API: widen
    rules: widen
    the type of a service: widen
    it is a local value, and the same: -
    the local value changes: widen
    all of a service: widen
    a privileged container: widen
    all containers, which only move: -
    other containers: widen
    an image: -
    what a policy lets in: widen
    it lets in nothing that is not written out: widen
    what a config holds: -
    how strict a namespace is: widen
    the name and the labels of a service: -
    ");
}

#[test]
fn what_there_are_several_of_is_part_of_what_each_says() {
    let database =
        |locals: &str, body: &str| format!("locals {{\n  d = {locals}\n}}\nresource \"aws_db_instance\" \"a\" {{\n  {body}\n}}\n");
    let each = |locals: &str, argument: &str| database(locals, &format!("for_each = local.d\n  {argument}"));
    let count = |count: u32, argument: &str| database("1", &format!("count = {count}\n  {argument}"));
    let public = "publicly_accessible = each.value.public";
    let groups = "vpc_security_group_ids = each.value.groups";
    let balancer = |count: u32| format!("resource \"aws_lb\" \"a\" {{\n  count = {count}\n}}\n");
    let dynamic = |ranges: &str, range: &str| {
        format!(
            "locals {{\n  n = {ranges}\n}}\nresource \"google_x\" \"a\" {{\n  dynamic \"rule\" {{\n    for_each = local.n\n    content {{\n      cidr_blocks = {range}\n    }}\n  }}\n}}\n"
        )
    };
    let rows = [
        ("one becomes public", each("{ a = { public = false } }", public), each("{ a = { public = true } }", public)),
        ("the groups of one", each("{ a = { groups = [1] } }", groups), each("{ a = { groups = [2] } }", groups)),
        ("the first public one", count(0, "publicly_accessible = true"), count(1, "publicly_accessible = true")),
        ("one more that is not public", count(1, "publicly_accessible = false"), count(2, "publicly_accessible = false")),
        ("one more of the same groups", count(1, "vpc_security_group_ids = [1]"), count(2, "vpc_security_group_ids = [1]")),
        ("one more key of public ones", each("[1]", "publicly_accessible = true"), each("[1, 2]", "publicly_accessible = true")),
        ("one more that lets in by what it does not say", balancer(1), balancer(2)),
        ("what a rule is made for", dynamic("[\"10.0.0.0/8\"]", "[rule.value]"), dynamic("[\"0.0.0.0/0\"]", "[rule.value]")),
        ("the first of some rules", dynamic("[]", "[\"0.0.0.0/0\"]"), dynamic("[1]", "[\"0.0.0.0/0\"]")),
        ("nothing of rules", dynamic("[1]", "[\"0.0.0.0/0\"]"), format!("{}# a remark\n", dynamic("[1]", "[\"0.0.0.0/0\"]"))),
    ];
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(what, before, after)| (*what, before.as_str(), after.as_str())).collect();
    insta::assert_snapshot!(told(&rows), @"
    one becomes public: widen
    the groups of one: widen
    the first public one: widen
    one more that is not public: -
    one more of the same groups: -
    one more key of public ones: widen
    one more that lets in by what it does not say: widen
    what a rule is made for: widen
    the first of some rules: widen
    nothing of rules: -
    ");
}

#[test]
fn what_is_shared_with_others_is_told_by_its_type() {
    let rows = [
        row(
            "a container for all",
            "azurerm_storage_container",
            Some("container_access_type = \"private\""),
            "container_access_type = \"blob\"",
        ),
        row("a private container comes", "azurerm_storage_container", None, "name = 1"),
        row("readers of a bucket", "google_storage_bucket_access_control", None, "entity = \"allUsers\""),
        row("readers of data", "google_bigquery_dataset_access", None, "special_group = 1"),
        row("a rule of OpenStack", "openstack_networking_secgroup_rule_v2", None, "direction = 1"),
        row("who may use a service", "aws_vpc_endpoint_service_allowed_principal", None, "principal_arn = 1"),
        row("a listener", "aws_lb_listener", None, "port = 22"),
        row("a listener of another port", "aws_lb_listener", Some("port = 443"), "port = 22"),
        row("what a listener does", "aws_lb_listener", Some("port = 443"), "port = 443\n  certificate_arn = 1"),
        row("a key", "google_service_account_key", None, "service_account_id = 1"),
        row("a repository for all", "github_repository", Some("visibility = \"private\""), "visibility = \"public\""),
        row("a private repository", "github_repository", None, "visibility = \"private\""),
        row("a team of a repository", "github_team_repository", None, "permission = 1"),
        row("a key of a repository", "github_repository_deploy_key", None, "key = 1"),
        row("a container as root", "kubernetes_deployment", Some("image = 1"), "security_context {\n  run_as_user = \"0\"\n  }"),
        row("a container as somebody", "kubernetes_deployment", Some("image = 1"), "security_context {\n  run_as_user = \"1000\"\n  }"),
        row("a container as nobody any more", "kubernetes_deployment", Some("run_as_user = 1000"), "image = 1"),
        row("another provider", "aws_instance", Some("provider = aws.a"), "provider = aws.b"),
        row("a document of a config", "kubectl_manifest", None, "yaml_body = <<Y\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nY"),
        row(
            "a document of a role",
            "kubectl_manifest",
            None,
            "yaml_body = <<Y\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nY",
        ),
        row("a document from elsewhere", "kubectl_manifest", None, "yaml_body = file(\"a\")"),
    ];
    let rows: Vec<(&str, &str, &str)> = rows.iter().map(|(what, before, after)| (*what, before.as_str(), after.as_str())).collect();
    insta::assert_snapshot!(told(&rows), @"
    a container for all: widen
    a private container comes: -
    readers of a bucket: widen
    readers of data: widen
    a rule of OpenStack: widen
    who may use a service: widen
    a listener: widen
    a listener of another port: widen
    what a listener does: -
    a key: widen
    a repository for all: widen
    a private repository: -
    a team of a repository: widen
    a key of a repository: widen
    a container as root: widen
    a container as somebody: -
    a container as nobody any more: widen
    another provider: widen
    a document of a config: -
    a document of a role: widen
    a document from elsewhere: widen
    ");
}
