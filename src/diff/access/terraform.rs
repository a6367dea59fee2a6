//! Which blocks of a Terraform root give access or let in, and whether a root does so more than it did.

use super::meaning::{Field, Root, UNTOLD};
use crate::diff::files::Both;
use crate::model::{JsonText, RepoPath, TargetKind};
use crate::render::{Object, Unit};
use crate::yaml;
use hcl_edit::structure::Body;
use serde_json::Value;

/// Parts of the types of resources that give access or let in, whatever they say.
const GIVES: [&str; 34] = [
    "_iam_",
    "_policy",
    "_role_assignment",
    "_role_binding",
    "_role_definition",
    "_role_attachment",
    "security_group",
    "security_rule",
    "firewall",
    "network_acl",
    "_acl",
    "public_access",
    "_permission",
    "_grant",
    "_access_entry",
    "_account_assignment",
    "_membership",
    "_group_member",
    "_collaborator",
    "team_repository",
    "_peering",
    "internet_gateway",
    "access_level",
    "kubernetes_role",
    "kubernetes_cluster_role",
    "kubernetes_ingress",
    "kubernetes_token_request",
    "webhook_configuration",
    "_access_control",
    "dataset_access",
    "secgroup",
    "allowed_principal",
    "service_account_key",
    "deploy_key",
];
/// Those that only keep others out: the first of them lets less through.
const BARRIER: &str = "public_access";
/// What one for a bucket blocks, and does not where it is not said.
const BLOCKED: [&str; 4] = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];
/// Those without which more may be let in.
const GUARDS: [&str; 14] = [
    "webhook_configuration",
    "public_access",
    "firewall",
    "network_acl",
    "web_acl",
    "network_policy",
    "security_rule",
    "organizations_policy",
    "bucket_policy",
    "queue_policy",
    "topic_policy",
    "key_policy",
    "secret_policy",
    "resource_policy",
];
/// Data that is a policy.
const DOCUMENTS: [&str; 2] = ["policy_document", "google_iam_policy"];

/// Groups whose kinds are known: what is beside the point in them is so by its name.
const PLAIN: [&str; 3] = ["", "apps", "batch"];
const ASIDE: [&str; 8] = ["args", "command", "env", "image", "labels", "matchLabels", "replicas", "resources"];

/// What it says where a field is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Without {
    Closed,
    Open,
}
use Without::{Closed, Open};

/// What counts of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Whatever it says that is not closed.
    Always,
    /// Only that it was something else: that it is there is no more than it needs.
    Changed,
}
use When::{Always, Changed};

type Row = (&'static [&'static str], &'static str, &'static [&'static str], Without, When);

/// Fields, as arguments or blocks anywhere in a resource, that give access or let in: the types (`*` for any end, nothing for all), the field, what of
/// it lets nobody in (`!` before what alone lets in), what it means without it, and when it counts.
const FIELDS: &[Row] = &[
    (&[], "policy", &[], Closed, Always),
    (&[], "access_policy", &[], Closed, Always),
    (&[], "access_policies", &[], Closed, Always),
    (&[], "assume_role_policy", &[], Closed, Always),
    (&[], "inline_policy", &[], Closed, Always),
    (&[], "acl", &["private"], Closed, Always),
    (&[], "principal", &[], Closed, Always),
    (&[], "publicly_accessible", &["false"], Closed, Always),
    (&[], "public_network_access_enabled", &["false"], Open, Always),
    (&[], "public_network_access", &["Disabled"], Open, Always),
    (&[], "public_access_enabled", &["false"], Open, Always),
    (&[], "allow_blob_public_access", &["false"], Open, Always),
    (&[], "allow_nested_items_to_be_public", &["false"], Open, Always),
    (&[], "public_access_prevention", &["enforced"], Open, Changed),
    (&[], "associate_public_ip_address", &["false"], Open, Always),
    (&[], "assign_public_ip", &["false"], Closed, Always),
    (&[], "map_public_ip_on_launch", &["false"], Closed, Always),
    (&[], "access_config", &[], Closed, Always),
    (&[], "endpoint_public_access", &["false"], Open, Always),
    (&[], "public_access_cidrs", &[], Open, Always),
    (&[], "enable_private_nodes", &["true"], Open, Changed),
    (&[], "enable_private_endpoint", &["true"], Open, Changed),
    (&[], "private_cluster_enabled", &["true"], Open, Changed),
    (&[], "authorized_networks", &[], Closed, Always),
    (&[], "master_authorized_networks_config", &[], Open, Changed),
    (&[], "authorized_ip_ranges", &[], Open, Changed),
    (&[], "cidr_blocks", &[], Closed, Always),
    (&[], "ipv6_cidr_blocks", &[], Closed, Always),
    (&[], "source_ranges", &[], Open, Always),
    (&[], "ip_rules", &[], Open, Changed),
    (&[], "network_rules", &[], Open, Changed),
    (&[], "network_acls", &[], Open, Changed),
    (&[], "security_groups", &[], Open, Changed),
    (&[], "security_group_ids", &[], Open, Changed),
    (&[], "vpc_security_group_ids", &[], Open, Changed),
    (&[], "network_security_group_id", &[], Open, Changed),
    (&[], "role", &[], Closed, Changed),
    (&[], "role_arn", &[], Closed, Changed),
    (&[], "task_role_arn", &[], Closed, Changed),
    (&[], "execution_role_arn", &[], Closed, Changed),
    (&[], "iam_instance_profile", &[], Closed, Changed),
    (&[], "service_account", &[], Closed, Changed),
    (&[], "service_account_email", &[], Closed, Changed),
    (&[], "identity_ids", &[], Closed, Changed),
    (&[], "provider", &[], Open, Changed),
    (&["provider.*"], "assume_role", &[], Closed, Changed),
    (&["provider.*"], "assume_role_with_web_identity", &[], Closed, Changed),
    (&["provider.*"], "impersonate_service_account", &[], Open, Changed),
    (&["provider.*"], "profile", &[], Open, Changed),
    (&["aws_lb_listener", "aws_alb_listener"], "port", &[], Open, Always),
    (&["aws_lb_listener", "aws_alb_listener"], "protocol", &["HTTPS", "TLS"], Open, Changed),
    (&["azurerm_storage_container"], "container_access_type", &["private"], Closed, Always),
    (&["github_repository"], "visibility", &["private"], Open, Always),
    (&["google_bigquery_dataset"], "access", &[], Closed, Changed),
    (&["aws_lb", "aws_alb", "aws_elb"], "internal", &["true"], Open, Always),
    (&["aws_lambda_function_url"], "authorization_type", &["AWS_IAM"], Open, Always),
    (&["aws_api_gateway_method"], "authorization", &["AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"], Open, Always),
    (&["aws_apigatewayv2_route"], "authorization_type", &["AWS_IAM", "CUSTOM", "JWT"], Open, Always),
    (
        &["google_compute_forwarding_rule", "google_compute_global_forwarding_rule"],
        "load_balancing_scheme",
        &["INTERNAL", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"],
        Open,
        Always,
    ),
    (&["google_sql_database_instance"], "ipv4_enabled", &["false"], Open, Always),
    (
        &["google_cloud_run*"],
        "ingress",
        &["INGRESS_TRAFFIC_INTERNAL_ONLY", "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", "internal", "internal-and-cloud-load-balancing"],
        Open,
        Always,
    ),
    (&["google_cloudfunctions*"], "ingress_settings", &["ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"], Open, Always),
    (&["kubernetes_service", "kubernetes_service_v1"], "type", &["ClusterIP", "ExternalName"], Closed, Always),
    (&["kubernetes_service", "kubernetes_service_v1"], "load_balancer_source_ranges", &[], Open, Changed),
    (&["kubernetes_service", "kubernetes_service_v1"], "external_ips", &[], Closed, Always),
    (&["kubernetes_*"], "privileged", &["false"], Closed, Always),
    (&["kubernetes_*"], "host_network", &["false"], Closed, Always),
    (&["kubernetes_*"], "host_pid", &["false"], Closed, Always),
    (&["kubernetes_*"], "host_ipc", &["false"], Closed, Always),
    (&["kubernetes_*"], "host_path", &[], Closed, Always),
    (&["kubernetes_*"], "host_port", &["0"], Closed, Always),
    (&["kubernetes_*"], "add", &[], Closed, Always),
    (&["kubernetes_*"], "run_as_user", &["!0"], Closed, Always),
    (&["kubernetes_*"], "run_as_user", &["!0"], Open, Changed),
    (&["kubernetes_*"], "run_as_non_root", &["true"], Open, Changed),
    (&["kubernetes_*"], "allow_privilege_escalation", &["false"], Open, Changed),
    (&["kubernetes_*"], "service_account_name", &[], Closed, Changed),
];

/// Whether a root gives more access or exposes more than it did. What cannot be told is taken for more.
pub(in crate::diff) fn widens(before: Option<&Unit>, after: &Unit) -> bool {
    let is_code = |path: &RepoPath| path.as_str().ends_with(".tf");
    let code = |unit: &Unit| {
        unit.files.iter().filter(|(path, _)| is_code(path)).map(|(path, file)| (path.clone(), file.digest)).collect::<Vec<_>>()
    };
    if after.target_kind != TargetKind::Terraform || before.is_some_and(|before| code(before) == code(after)) {
        return false;
    }
    let (Some(was), Some(is)) = (before.map_or_else(|| Some(Root::default()), Root::of), Root::of(after)) else { return true };
    let opens = is.blocks().any(|(address, body)| match was.block(address) {
        Some(old) => changes(address, (&was, old), (&is, body)),
        None => comes(address, &is, body),
    });
    opens || was.blocks().any(|(address, _)| is.block(address).is_none() && goes(address))
}

/// The type of a resource, or of data behind `data.`.
fn kind(address: &str) -> &str {
    address.rsplit_once('.').map_or(address, |(kind, _)| kind)
}

fn gives(kind: &str) -> bool {
    match kind.strip_prefix("data.") {
        Some(data) => DOCUMENTS.iter().any(|part| data.contains(part)),
        None => GIVES.iter().any(|part| kind.contains(part)),
    }
}

fn comes(address: &str, root: &Root, body: &Body) -> bool {
    let kind = kind(address);
    if gives(kind) {
        let blocks = |field: &&str| matches!(root.fields(body, field).as_slice(), [said] if said.literal.as_deref() == Some("true"));
        return !kind.contains(BARRIER) || kind.ends_with("public_access_block") && !BLOCKED.iter().all(blocks);
    }
    if let Some(object) = manifest(kind, root, body) {
        return object.is_none_or(|object| super::comes(&object, false));
    }
    fields(kind).any(|row| row.4 == Always && lets_in(row, &root.fields(body, row.1)))
}

fn changes(address: &str, (was, old): (&Root, &Body), (is, new): (&Root, &Body)) -> bool {
    let kind = kind(address);
    if gives(kind) {
        return was.whole(address) != is.whole(address);
    }
    if let Some((before, after)) = manifest(kind, was, old).zip(manifest(kind, is, new)) {
        let means_other = was.whole(address) != is.whole(address);
        return means_other
            && before.zip(after).is_none_or(|(before, after)| match before.document == after.document {
                true => super::comes(&after, false),
                false => super::changes(&Both::new(&before, &after)),
            });
    }
    let others = was.several(old) != is.several(new);
    fields(kind).any(|row| {
        let (_, field, closed, without, when) = row;
        let (before, after) = (was.fields(old, field), is.fields(new, field));
        let one_more = others && *when == Always && lets_in(row, &after);
        if after.is_empty() {
            return one_more || *without == Open && !before.is_empty();
        }
        let meanings = |fields: &[Field]| fields.iter().map(|field| *field.means.bytes()).collect::<Vec<_>>();
        one_more || !are_closed(&after, closed) && meanings(&before) != meanings(&after)
    })
}

/// Whether what a resource says under a field lets in, or that it says nothing.
fn lets_in((types, _, closed, without, _): &Row, said: &[Field]) -> bool {
    if said.is_empty() { *without == Open && !types.is_empty() } else { !are_closed(said, closed) }
}

/// Whether taking something away from a root that stays widens.
fn goes(address: &str) -> bool {
    GUARDS.iter().any(|part| kind(address).contains(part)) && !address.starts_with("data.")
}

/// What counts of a type of resources.
fn fields(kind: &str) -> impl Iterator<Item = &'static Row> {
    let is_of = move |types: &[&str]| {
        let is = |known: &&str| known.strip_suffix('*').map_or(*known == kind, |begins| kind.starts_with(begins));
        types.is_empty() || types.iter().any(is)
    };
    FIELDS.iter().filter(move |row| is_of(row.0)).filter(move |_| !kind.starts_with("data."))
}

fn are_closed(said: &[Field], closed: &[&str]) -> bool {
    let is = |literal: &str| closed.iter().any(|known| known.strip_prefix('!').map_or(*known == literal, |open| open != literal));
    said.iter().all(|field| field.literal.as_deref().is_some_and(is))
}

/// The object that a resource writes out; nothing for one that is no manifest, and nothing in it where what counts is not written there.
fn manifest(kind: &str, root: &Root, body: &Body) -> Option<Option<Object>> {
    let said = |name: &str| body.get_attribute(name).map(|said| root.value(&said.value)).unwrap_or_default();
    let manifest = match kind {
        "kubernetes_manifest" => said("manifest"),
        "kubectl_manifest" => said("yaml_body").as_str().map(document).unwrap_or_default(),
        _ => return None,
    };
    let text = |pointer: &str| manifest.pointer(pointer).and_then(Value::as_str);
    let object = text("/kind").zip(text("/apiVersion")).and_then(|(kind, api)| {
        Some(Object {
            kind: kind.to_owned(),
            group: api.split_once('/').map_or("", |(group, _)| group).to_owned(),
            namespace: text("/metadata/namespace").map(str::to_owned),
            name: text("/metadata/name").unwrap_or_default().to_owned(),
            file: RepoPath::parse("manifest").ok()?,
            document: JsonText::of(&manifest),
        })
    });
    Some(object.filter(|object| is_told(object, &manifest)))
}

/// Whether all of an object that may count is written out.
fn is_told(object: &Object, manifest: &Value) -> bool {
    let plain = PLAIN.contains(&object.group.as_str());
    // Marks count where they give access or close.
    let marks = match object.kind.as_str() {
        "Namespace" | "ClusterRole" => ["name", "annotations"].as_slice(),
        "ServiceAccount" | "Service" | "Ingress" | "Secret" => &["name", "labels"],
        _ => &["name", "labels", "annotations"],
    };
    let fields = manifest.as_object().into_iter().flatten();
    fields.into_iter().all(|(field, value)| match field.as_str() {
        "metadata" => is_written(value, marks),
        "data" | "binaryData" | "stringData" if plain => true,
        _ => !field.starts_with(UNTOLD) && is_written(value, if plain { &ASIDE } else { &[] }),
    })
}

/// Whether all of a value is written out, but for what stands under some names.
fn is_written(value: &Value, aside: &[&str]) -> bool {
    match value {
        Value::String(text) => !text.starts_with(UNTOLD),
        Value::Array(items) => items.iter().all(|item| is_written(item, aside)),
        Value::Object(fields) => {
            fields.iter().all(|(field, value)| aside.contains(&field.as_str()) || !field.starts_with(UNTOLD) && is_written(value, aside))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The one document that a text of YAML is.
fn document(text: &str) -> Value {
    let parsed = yaml::parse(text);
    let is_whole = !parsed.has_errors() && parsed.documents.len() == 1;
    parsed.documents.into_iter().next().filter(|_| is_whole).map(yaml::Document::into_value).unwrap_or_default()
}
