//! The same bytes in, the same bytes out: at any number of threads, in any order, with and without what is kept, and on every machine.

use super::example::read;
use goldpath::model::{Platform, Request, RequestId, UnitId};
use goldpath::parse::parse;
use goldpath::render::{Cache, Limits, Rendered, Unit, render};
use goldpath::snapshot::Snapshot;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn rendered(snapshot: &Snapshot, platform: &Platform, cache: &mut Cache, threads: usize) -> Rendered {
    render(snapshot, platform, &Limits::default(), cache, threads)
}

/// A request and those that it names, and what these name.
fn named(platform: &Platform, request: &Request, found: &mut BTreeSet<RequestId>) {
    if found.insert(request.id.clone()) {
        request.refs.values().filter_map(|named| platform.requests.get(&named.request)).for_each(|request| named(platform, request, found));
    }
}

/// The tree as if nobody but these had asked for anything.
fn alone(snapshot: &Snapshot, platform: &Platform, requests: &BTreeSet<RequestId>) -> (Snapshot, Platform) {
    let mut only = platform.clone();
    only.requests.retain(|id, _| requests.contains(id));
    let kept: BTreeSet<_> = only.requests.values().map(|request| request.file.clone()).collect();
    (snapshot.only(|path| path.below("requests").is_none() || kept.contains(path)), only)
}

/// The same requests in an order that looks like none.
fn shuffled(platform: &Platform) -> Vec<&Request> {
    let mut requests: Vec<&Request> = platform.requests.values().collect();
    requests.sort_by_key(|request| goldpath::model::Digest::of(request.id.to_string().as_bytes()));
    requests
}

#[test]
fn threads_and_what_is_kept_change_nothing() {
    let snapshot = read("platform-repo-example");
    let platform = parse(&snapshot).platform;
    let first = rendered(&snapshot, &platform, &mut Cache::new(), 1);
    let mut warm = Cache::new();
    for threads in [1, 2, 4] {
        assert!(rendered(&snapshot, &platform, &mut Cache::new(), threads) == first, "cold, {threads} threads");
        assert!(rendered(&snapshot, &platform, &mut warm, threads) == first, "warm, {threads} threads");
    }
}

#[test]
fn a_request_renders_the_same_alone_in_any_order_and_never_sees_one_that_it_does_not_name() {
    let snapshot = read("platform-repo-example");
    let platform = parse(&snapshot).platform;
    let all = rendered(&snapshot, &platform, &mut Cache::new(), 2).units;
    let mut cache = Cache::new();
    let mut seen: BTreeMap<UnitId, Unit> = BTreeMap::new();
    for request in shuffled(&platform) {
        let mut only = BTreeSet::new();
        named(&platform, request, &mut only);
        assert!(only.len() < 4, "{} would see {only:?}", request.id);
        let (snapshot, platform) = alone(&snapshot, &platform, &only);
        let rendered = rendered(&snapshot, &platform, &mut cache, 1);
        assert!(rendered.findings.iter().all(|finding| finding.severity != goldpath::model::Severity::Error), "{:?}", rendered.findings);
        seen.extend(rendered.units.into_iter().filter(|(id, _)| id.request == request.id));
    }
    let differ = |(id, unit): &(&UnitId, &Unit)| seen.get(*id) != Some(*unit);
    assert_eq!((seen.len(), all.iter().find(differ)), (all.len(), None));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn some_requests_in_some_order_on_some_threads_render_the_same(
        picked in proptest::collection::vec(any::<prop::sample::Index>(), 1..6),
        threads in 1..6_usize,
    ) {
        let snapshot = read("platform-repo-example");
        let platform = parse(&snapshot).platform;
        let all = rendered(&snapshot, &platform, &mut Cache::new(), 1).units;
        let requests: Vec<&Request> = platform.requests.values().collect();
        let mut cache = Cache::new();
        let mut only = BTreeSet::new();
        // what was rendered before is kept, in the order in which it was asked for
        for request in picked.iter().map(|index| index.get(&requests)) {
            named(&platform, request, &mut only);
            let (snapshot, platform) = alone(&snapshot, &platform, &only);
            for (id, unit) in rendered(&snapshot, &platform, &mut cache, threads).units {
                prop_assert_eq!(all.get(&id), Some(&unit));
            }
        }
    }
}

/// The digests are those of the bytes on every machine; when a golden path of the example or a renderer changes its bytes, so do they.
#[test]
fn the_bytes_of_the_example_are_these() {
    let snapshot = read("platform-repo-example");
    let units = rendered(&snapshot, &parse(&snapshot).platform, &mut Cache::new(), 2).units;
    let lines: Vec<String> = units.values().map(|unit| format!("{} {}", unit.digest.hex(), unit.id)).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    eaee5e7071c92e12003db7eea53f5d80eac1adb3295424209396869d45a7c73d catalog-team/catalog-images/bucket@control-plane-staging
    2a9e8233533b4750a37635d2854acee3432e27a11dda706c45920f6e73baf417 catalog-team/catalog-indexer/cluster@staging-eu-west-1
    fe611d20c794aa6e50af311f964d4e99a11e7934a0b374268b7fbf4214db8b06 catalog-team/catalog-search/cluster@staging-eu-west-1
    a869157c12373a4261d3887ce9ea435645174bfb7a59818d870cc4b9c8105360 catalog-team/catalog-search/dns@dns
    e68939446fd2553748c13fac87da05ce3cd09fcbebcf54b9b84eb76273eb30a9 catalog-team/catalog-search/repo@service-repositories
    be655d9031d7a2ea2def901372d878a56a2b07b8d9607be87353c84301518f6a data-team/exports/bucket@control-plane-production
    49cdc12e7ffb2298053331ed1b20a46b117a5f948f8edd9b58fd8db31120a44a data-team/tile-server/cluster@staging-eu-central-1
    61ff28b6b31c2ccc9173ac05215fa8683ac9ace20f4ca9ac3579b891d4a0a085 data-team/tile-server/dns@dns
    d80007cd3119a90702a4480c4927d29ad8290019f3b95133a9fafd7d3b2303c4 data-team/tile-server/repo@service-repositories
    914252beb13f419384247b39ab711539e234d77a3e165efc964f6736d2508f53 data-team/vector-search/budget@budgets
    5931460269d43084bd9713d679a677a0b3a8a877b21082309e05cbe69a1755a3 data-team/vector-search/cluster@staging-eu-central-1
    99a00620a46ccc954a569d635cfd067584e2627681af5877e2625a9a1e3c0bfc identity-team/identity-accounts/cluster@production-eu-central-1
    9a69241879e964009fa1fc39ce10b01c2364551fc7b01aea2d618d5e9c2a477b identity-team/identity-accounts/database@databases-production
    dac80cba899f1da7df6685c8e80796b983eddeb6e3b26ad56a798550d1d6b3b5 identity-team/identity-login/cluster@production-eu-central-1
    a11010f8794573fa29af7565ef0587f3635d4321eb324f8a2980d2092db5de7b identity-team/identity-login/dns@dns-production
    b2274a48f655b2fa8171d0a6238c13eb6d14f80be661681358f7847e6fab218e identity-team/identity-login/repo@service-repositories
    07bd5a033fb713164ed9a972658b8d33fd68d8ff4cd643add44f4b597768562e identity-team/passkeys/budget@budgets
    d7bfd0dd695f36fa88b08d898ddaf236c9ee02f18328f6c175496a9cf5ea667f identity-team/passkeys/cluster@staging-eu-central-1
    4fa00d6aa36f61ef2397cc9e08558f23235ed630f26330b50936cc7975a9303e orders-team/orders-api/cluster@staging-eu-central-1
    d937bef0521644f49b04253e004e3ccf8dc66c66127892e98061c71077e57951 orders-team/orders-api/dns@dns
    a1395f6087e7d531781403dd09ff71f865b19bb7715d3ee427de69efa73ff9be orders-team/orders-api/repo@service-repositories
    26f56a04853a6279e31ccd944a582e43a26019dfd6a69a6716d7156353ed583d orders-team/orders-db/cluster@staging-eu-central-1
    5a958dd81a6733be8a108291afdc2fc013718f75311e45d110793df9e2df830e orders-team/orders-db/database@databases-staging
    2380a729b74caecadd0c360691fc6d22ec73e153cf7823aec5212428f42590b4 orders-team/orders-demo/cluster@staging-eu-west-1
    f119ea6b999488ebeddadf372f5fcb0f51026e01acad44bf79dd3305581d17f8 orders-team/orders-demo/dns@dns
    9d196dad128cdf2a2729a5525c4544883214d949e46db8aaf7c8e74df00fe246 orders-team/orders-events/cluster@staging-eu-central-1
    3379896b4a9bbd8feb3370dccef1c6715c117e2bfdcc9c2a5124502a5774fc4c payments-team/payments-gateway/cluster@production-eu-central-1
    ea2e3b49666aabc1bca992b7fd02b54bff78290a925bc93adc2b4b48bfbaca2c payments-team/payments-gateway/dns@dns-production
    78d369cdd234188eba85a4b12546f6d1702145f29f01b8c3d5d7650dab128d4b payments-team/payments-gateway/repo@service-repositories
    4592cf98db8a574c06149453e33473a4614cb8c996857034e36b96b27294ddfc payments-team/payments-ledger/cluster@production-eu-central-1
    cfb30110a16fcfb2c29f283950b0dfba021a5173fd3704c702d908a48cd24be1 payments-team/payments-ledger/database@databases-production
    dbc88ebf8abfee6640d760caee5174e9a7ccb2b3b941f61c928223158c8c7053 payments-team/payments-preview/cluster@staging-eu-central-1
    25c9a46badc4288a9311c6ba0ad4dd1dc2bafaeeb809313216a699cc820c52dc payments-team/payments-preview/dns@dns
    2018787ab2e3d277b45bf965f72b22e5ece70eb525515cb998fc71721e73896c payments-team/payments-settlement/cluster@production-eu-central-1
    3eada053f740ff5bef76f05e072881d606efc47e7d27924866f3050bc0321449 shipping-team/shipping-acceptance/cluster@staging-eu-central-1
    f4e436b05611c2eb5fd5e84ac7cd2bdf0f71b4fa044d33305fa6338bd931a118 shipping-team/shipping-acceptance/dns@dns
    2c060df7a8a167c19d6ba004513ab6fdd39df0061dd64ea34538e6ac733c29ce shipping-team/shipping-acceptance/probe@staging-eu-central-1
    2c060df7a8a167c19d6ba004513ab6fdd39df0061dd64ea34538e6ac733c29ce shipping-team/shipping-acceptance/probe@staging-eu-west-1
    45c418dc134593e8d28a0d458c050c61bbf6fab527e469e26daf744149e6336d shipping-team/shipping-acceptance/standby@staging-eu-west-1
    a590584f4ebf7766a9817db838e2c14ee2c8057496952c545fbde46d0381eab4 shipping-team/shipping-labels/cluster@production-eu-central-1
    3da0694f237854dfb06419a6b8521d1305ea0953e09243860ba2ea15e008b337 shipping-team/shipping-rates/cluster@production-eu-central-1
    09d6b6bee982d7df4b906fe4308714cf4b4b07b97a60f0900b4cebf3c49f86fb shipping-team/shipping-rates/dns@dns-production
    a4538e498b8320f91b967e078d811d8f47c3be5f73a91bd0065aa79048388c94 shipping-team/shipping-rates/repo@service-repositories
    4621a812056729de3158c24fbda9afa49633a4e8dc110a1104d12d502cb902ae web-team/handbook/cluster@production-eu-west-1
    8a95b19d966c3ef1c63bdf922c09b3473b2e685926223ef59ad099e68368886e web-team/handbook/edge@dns-production
    064b7146eaeeddddfed2b3d39732f3fa5e3dd2ab581b3ed2f54494ac1017a494 web-team/storefront/cluster@production-eu-central-1
    5fcdb516b7efc702143623cbd1ddf48bb24a10c0ff19066c74d4706055df86f4 web-team/storefront/edge@dns-production
    fe452f75a12cc42593fd023a5e7194be9c25a865f6f4a5301fb27f10adaa6867 web-team/storefront-next/cluster@staging-eu-central-1
    9599320e0bf02eb0fd7a1217eb9a098d5f440c34781c0c66a9cd2e3a2a75d36f web-team/storefront-next/edge@dns
    ");
}
