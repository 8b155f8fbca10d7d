//! SetUICustomization and GetUICustomization.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_tests::clock::minutes;
use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{png, svg, with_domain};

const CSS: &str = ".label-customizable { color: #333; }";

scenario! {
    async fn a_look_is_told_as_it_was_set(lab: Lab) {
        let pool = lab.pool().await;
        with_domain(&pool).await;
        let client = pool.client().await;
        let input = json!({ "ClientId": client.id, "CSS": CSS, "ImageFile": png(16, 16) });
        let set = pool.call("SetUICustomization", input).await.ok();
        let look = &set["UICustomization"];
        let version = look["CSSVersion"].as_str().unwrap();
        assert!(version.len() == 14 && version.bytes().all(|byte| byte.is_ascii_digit()), "{version}");
        let url = look["ImageUrl"].as_str().unwrap();
        let path = url.strip_prefix(&format!("http://localhost:7665/brand/{}/", pool.id)).unwrap();
        assert_eq!(path.split_once('.').map(|(digest, kind)| (digest.len(), kind)), Some((64, "png")), "{url}");
        let now = &look["CreationDate"];
        assert!(now.is_number());
        assert_eq!(set, json!({ "UICustomization": {
            "UserPoolId": pool.id, "ClientId": client.id, "ImageUrl": url, "CSS": CSS, "CSSVersion": version,
            "LastModifiedDate": now, "CreationDate": now
        } }));
        assert_eq!(pool.call("GetUICustomization", json!({ "ClientId": client.id })).await.ok(), set);

        lab.clock.advance(minutes(1));
        let again = pool.call("SetUICustomization", json!({ "ClientId": client.id, "CSS": CSS })).await.ok();
        let look = &again["UICustomization"];
        assert_eq!((&look["CreationDate"], look.get("ImageUrl")), (now, None));
        assert_ne!(&look["LastModifiedDate"], now);
        assert_ne!(look["CSSVersion"], version);
    }

    async fn the_look_of_all_clients_stands_in_for_their_own(lab: Lab) {
        let pool = lab.pool().await;
        with_domain(&pool).await;
        let client = pool.client().await;
        let get = async |input: Value| pool.call("GetUICustomization", input).await.ok()["UICustomization"].take();
        let of_client = json!({ "ClientId": client.id });
        assert_eq!(get(of_client.clone()).await, json!({}));
        assert_eq!(get(json!({})).await, json!({}));
        let all = pool.call("SetUICustomization", json!({ "CSS": CSS })).await.ok()["UICustomization"].take();
        assert_eq!(all["ClientId"], "ALL");
        for input in [json!({}), json!({ "ClientId": "ALL" }), of_client.clone()] {
            assert_eq!(get(input).await, all);
        }
        let own = json!({ "ClientId": client.id, "CSS": ".logo-customizable { width: 10px; }" });
        let own = pool.call("SetUICustomization", own).await.ok()["UICustomization"].take();
        assert_eq!((get(of_client.clone()).await, get(json!({})).await), (own, all.clone()));
        let gone = pool.call("SetUICustomization", of_client.clone()).await.ok();
        assert_eq!(gone, json!({ "UICustomization": {} }));
        assert_eq!(get(of_client).await, all);
    }

    async fn a_look_needs_a_domain(lab: Lab) {
        let pool = lab.pool().await;
        for operation in ["SetUICustomization", "GetUICustomization"] {
            pool.call(operation, json!({ "CSS": CSS })).await.fault(
                "InvalidParameterException",
                "There has to be an existing domain associated with this user pool",
            );
        }
    }

    async fn stylesheets_that_load_run_or_cover_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        with_domain(&pool).await;
        for (css, message) in [
            (".mine{color:red}", "The CSS class mine is not allowed."),
            (".label-customizable{position:fixed}", "The CSS property position is not allowed."),
            (
                ".label-customizable{width:expression(alert(1))}",
                "The CSS function expression is not allowed.",
            ),
            (
                ".label-customizable{background:url(javascript:alert(1))}",
                "The CSS function url is not allowed.",
            ),
            ("</style><script>alert(1)</script>", "CSS is not valid at: </style><script>alert(1)</script>"),
        ] {
            pool.call("SetUICustomization", json!({ "CSS": css })).await.fault("InvalidParameterException", message);
        }
        let (name, message) = pool.call("SetUICustomization", json!({ "CSS": "@import '//x';" })).await.error();
        assert_eq!(name, "InvalidParameterException");
        assert!(message.starts_with("CSS rules that begin with @ are not allowed: @import"), "{message}");
        let long = format!("{CSS}{}", " ".repeat(3_072));
        pool.call("SetUICustomization", json!({ "CSS": long })).await
            .fault("InvalidParameterException", "CSS must not be longer than 3072 bytes.");
        assert_eq!(pool.call("GetUICustomization", json!({})).await.ok(), json!({ "UICustomization": {} }));
    }

    async fn logos_are_small_pictures(lab: Lab) {
        let pool = lab.pool().await;
        with_domain(&pool).await;
        let padded = |length: usize| {
            let mut bytes = STANDARD.decode(png(10, 10)).unwrap();
            bytes.resize(length, 0);
            STANDARD.encode(bytes)
        };
        for (image, message) in [
            (svg(""), "The image must be of type PNG or JPEG."),
            (STANDARD.encode("GIF89a\x01\0\x01\0"), "The image must be of type PNG or JPEG."),
            (padded(102_401), "ImageFile must not be larger than 102400 bytes."),
        ] {
            pool.call("SetUICustomization", json!({ "ImageFile": image })).await
                .fault("InvalidParameterException", message);
        }
        pool.call("SetUICustomization", json!({ "ImageFile": padded(102_400) })).await.ok();
    }

    async fn a_look_is_for_clients_of_the_pool_and_goes_with_them(lab: Lab) {
        let (pool, other) = (lab.pool().await, lab.pool().await);
        with_domain(&pool).await;
        let foreign = other.client().await;
        let message = format!("User pool client {} does not exist.", foreign.id);
        for operation in ["SetUICustomization", "GetUICustomization"] {
            pool.call(operation, json!({ "ClientId": foreign.id, "CSS": CSS })).await
                .fault("ResourceNotFoundException", &message);
        }
        let client = pool.client().await;
        let input = json!({ "ClientId": client.id, "ImageFile": png(1, 1) });
        let set = pool.call("SetUICustomization", input).await.ok();
        let url = set["UICustomization"]["ImageUrl"].as_str().unwrap().replace("http://localhost:7665", "");
        assert_eq!(lab.get(&url).await.status, 200);
        pool.call("DeleteUserPoolClient", json!({ "ClientId": client.id })).await.ok();
        assert_eq!(lab.get(&url).await.status, 404);
    }
}
