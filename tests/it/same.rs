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
    insta::assert_snapshot!(lines.join("\n"), @r"
    00af8441514a737f2ff7ef80fc62d2e374cb113f3416a05acf56870841350436 catalog-team/catalog-images/bucket@control-plane-staging
    893eea46f71f16d37436e7a7265708be7e311896aa30d1c44c37bb5868be4ceb catalog-team/catalog-indexer/cluster@staging-eu-west-1
    c302ef960e059f3e801a918d75ea26dd2946e51d9468c4c664323e6950b5ad93 catalog-team/catalog-search/cluster@staging-eu-west-1
    e89d316c61b56a949e049c54692eefdad49b11c27e5d2455d1c67e8a79e4266c catalog-team/catalog-search/dns@dns
    be74f0bb9c86134c8e04f990ac0231a2e68356e81a2ddaf380cadb11a2f46e36 catalog-team/catalog-search/repo@service-repositories
    8599ae1624ede1a674588cc92e2448ee865cb43b6be77462a9dcacb9d7ea08ce data-team/exports/bucket@control-plane-production
    e9bd377ee1aa2aec2631debce37885f6035372b26e4e0b3199dcf2686032f4ae data-team/tile-server/cluster@staging-eu-central-1
    61ff28b6b31c2ccc9173ac05215fa8683ac9ace20f4ca9ac3579b891d4a0a085 data-team/tile-server/dns@dns
    41d38ff37cf006b7c85a8ad887ef3e905867e4217f29d6286c00c8a46944ef05 data-team/tile-server/repo@service-repositories
    914252beb13f419384247b39ab711539e234d77a3e165efc964f6736d2508f53 data-team/vector-search/budget@budgets
    a904d2efb1423b4f4f0b3b1843750477617c36f404e945bf49f64a166f571aa1 data-team/vector-search/cluster@staging-eu-central-1
    dddbef45eefebb82a881576db9eaa3003299170a341098944ecd227294c60abc identity-team/identity-accounts/cluster@production-eu-central-1
    86f2ba9357bdc2b55327ac16b4ba087b64998d3f37818bf5ec61cbc3f71617b8 identity-team/identity-accounts/database@databases-production
    773c73416076f2aca7213245397e09e9f7a189342832ba75753e8747da35cbe2 identity-team/identity-login/cluster@production-eu-central-1
    a11010f8794573fa29af7565ef0587f3635d4321eb324f8a2980d2092db5de7b identity-team/identity-login/dns@dns-production
    a54bca3b10b0c82fc728b1315c1dc30168d68a75b81b8bf6d1107ad1b8823800 identity-team/identity-login/repo@service-repositories
    07bd5a033fb713164ed9a972658b8d33fd68d8ff4cd643add44f4b597768562e identity-team/passkeys/budget@budgets
    ce0a2db4e1e2a14a3c567eb9b041cc18c4f396fb6557c3991cfad2e4b5285055 identity-team/passkeys/cluster@staging-eu-central-1
    de0ee590bdeac883a6b276c25eab2c00a536e1ff176538cd58690d3a7740a633 orders-team/orders-api/cluster@staging-eu-central-1
    67db3586217a0959186193eb589568fbfdd5cfeb99569074cc72dcd362185dba orders-team/orders-api/dns@dns
    f3f5a6a6be3bbd963d579ff06fcedc611236449c25bad4869b08a648d1d49f02 orders-team/orders-api/repo@service-repositories
    3ef9f430b9bdd0529bd2b17e011ff4c8bb0e618f23c9e60f4d3ada9f90c38ec6 orders-team/orders-db/cluster@staging-eu-central-1
    1667d628a83fab2a5abea7846fbd8524b48e59e45b1138e362012f5aa625c293 orders-team/orders-db/database@databases-staging
    2380a729b74caecadd0c360691fc6d22ec73e153cf7823aec5212428f42590b4 orders-team/orders-demo/cluster@staging-eu-west-1
    f119ea6b999488ebeddadf372f5fcb0f51026e01acad44bf79dd3305581d17f8 orders-team/orders-demo/dns@dns
    36a42483bbfb69a3b49e6299b1c55971b3027ff6e52f075fb110f7e6a98becfd orders-team/orders-events/cluster@staging-eu-central-1
    77227ef987eb329b580144c7e2c9a3ff989f2ccd1ce932648070a043216fd4f3 payments-team/payments-gateway/cluster@production-eu-central-1
    ea2e3b49666aabc1bca992b7fd02b54bff78290a925bc93adc2b4b48bfbaca2c payments-team/payments-gateway/dns@dns-production
    5c5ca9a0644d2a8afdb89eb24a0a8b57a24c1a359c7779b5da3c38162bde4477 payments-team/payments-gateway/repo@service-repositories
    2be8cf1b8ef540e8b9544709bade605917319682183b01f67e79a491392d2410 payments-team/payments-ledger/cluster@production-eu-central-1
    06cf26c9f0cc49d1e5b7a2266b3f629bff941db34242dc281533485b50bc392f payments-team/payments-ledger/database@databases-production
    dbc88ebf8abfee6640d760caee5174e9a7ccb2b3b941f61c928223158c8c7053 payments-team/payments-preview/cluster@staging-eu-central-1
    25c9a46badc4288a9311c6ba0ad4dd1dc2bafaeeb809313216a699cc820c52dc payments-team/payments-preview/dns@dns
    960f01d6640b45d1947e17ecd4aad8c9c1116dfe534445992cdc31dca13bb016 payments-team/payments-settlement/cluster@production-eu-central-1
    3eada053f740ff5bef76f05e072881d606efc47e7d27924866f3050bc0321449 shipping-team/shipping-acceptance/cluster@staging-eu-central-1
    f4e436b05611c2eb5fd5e84ac7cd2bdf0f71b4fa044d33305fa6338bd931a118 shipping-team/shipping-acceptance/dns@dns
    2c060df7a8a167c19d6ba004513ab6fdd39df0061dd64ea34538e6ac733c29ce shipping-team/shipping-acceptance/probe@staging-eu-central-1
    2c060df7a8a167c19d6ba004513ab6fdd39df0061dd64ea34538e6ac733c29ce shipping-team/shipping-acceptance/probe@staging-eu-west-1
    45c418dc134593e8d28a0d458c050c61bbf6fab527e469e26daf744149e6336d shipping-team/shipping-acceptance/standby@staging-eu-west-1
    a590584f4ebf7766a9817db838e2c14ee2c8057496952c545fbde46d0381eab4 shipping-team/shipping-labels/cluster@production-eu-central-1
    6fc92e2a8a21a07bff07d8b58e795297f7366d238de0a0b86bee42e6dd898648 shipping-team/shipping-rates/cluster@production-eu-central-1
    09d6b6bee982d7df4b906fe4308714cf4b4b07b97a60f0900b4cebf3c49f86fb shipping-team/shipping-rates/dns@dns-production
    dda3d85f5dae3df91ea372792846f4dd43f36bfbdaaa55a6b2fab2835e96e245 shipping-team/shipping-rates/repo@service-repositories
    4621a812056729de3158c24fbda9afa49633a4e8dc110a1104d12d502cb902ae web-team/handbook/cluster@production-eu-west-1
    8a95b19d966c3ef1c63bdf922c09b3473b2e685926223ef59ad099e68368886e web-team/handbook/edge@dns-production
    064b7146eaeeddddfed2b3d39732f3fa5e3dd2ab581b3ed2f54494ac1017a494 web-team/storefront/cluster@production-eu-central-1
    5fcdb516b7efc702143623cbd1ddf48bb24a10c0ff19066c74d4706055df86f4 web-team/storefront/edge@dns-production
    fe452f75a12cc42593fd023a5e7194be9c25a865f6f4a5301fb27f10adaa6867 web-team/storefront-next/cluster@staging-eu-central-1
    9599320e0bf02eb0fd7a1217eb9a098d5f440c34781c0c66a9cd2e3a2a75d36f web-team/storefront-next/edge@dns
    ");
}
