SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SEQUENCE public.account_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.accounts (
    id bigint NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    content json NOT NULL,
    suspended boolean NOT NULL,
    domain_count integer DEFAULT 0 NOT NULL,
    token_count integer DEFAULT 0 NOT NULL,
    last_event bigint NOT NULL,
    first_event bigint DEFAULT 1 NOT NULL,
    logo text
)
WITH (fillfactor='70');
CREATE TABLE public.checks (
    account_id bigint NOT NULL,
    domain_id bigint NOT NULL,
    times json,
    next_at timestamp with time zone,
    held boolean NOT NULL,
    claimed_until timestamp with time zone,
    evidence text
)
WITH (fillfactor='70', toast_tuple_target='128', autovacuum_vacuum_scale_factor='0.01');
CREATE SEQUENCE public.domain_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.domains (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    content json NOT NULL,
    domain text GENERATED ALWAYS AS ((content ->> 'domain'::text)) STORED NOT NULL,
    verified boolean GENERATED ALWAYS AS (((content ->> 'verified'::text))::boolean) STORED NOT NULL
)
WITH (fillfactor='90');
CREATE TABLE public.events (
    account_id bigint NOT NULL,
    id bigint NOT NULL,
    audited boolean NOT NULL,
    content json NOT NULL,
    domain_id bigint,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.letterhead_migrations (
    version integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE UNLOGGED TABLE public.rate_rounds (
    server uuid NOT NULL,
    round bigint NOT NULL,
    taken json NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.settings (
    key text NOT NULL,
    value text NOT NULL
);
CREATE SEQUENCE public.token_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.tokens (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    content json NOT NULL,
    domain_id bigint,
    hash text NOT NULL,
    last_used_at timestamp with time zone
)
WITH (fillfactor='80');
CREATE TABLE public.writes (
    id uuid NOT NULL,
    last_event bigint,
    at timestamp with time zone DEFAULT now() NOT NULL
);
INSERT INTO public.accounts VALUES (1, 0, '{"id":1,"display_name":null,"contact_email":null,"logo":null,"suspended":false,"name":"Help desk","created_at":"2026-11-27T05:03:15Z","updated_at":"2026-11-27T05:03:15Z"}', false, 2, 2, 7, 1, NULL);
INSERT INTO public.accounts VALUES (2, 1, '{"display_name":null,"contact_email":null,"logo":null,"id":2,"suspended":false,"name":"Acme Help","created_at":"2026-11-27T05:03:16Z","updated_at":"2026-11-27T05:03:19Z"}', false, 1, 1, 4, 1, NULL);
INSERT INTO public.checks VALUES (1, 3, '{"checked_at":null,"began_at":null,"due":{"dkim:1":"2026-11-27T05:04:16Z"},"codes":{}}', '2026-11-27 05:04:16+00', false, NULL, NULL);
INSERT INTO public.checks VALUES (2, 4, '{"checked_at":null,"began_at":null,"due":{"dkim:1":"2026-11-27T05:04:17Z"},"codes":{}}', '2026-11-27 05:04:17+00', false, NULL, NULL);
INSERT INTO public.checks VALUES (1, 1, '{"checked_at":"2026-11-27T05:03:17Z","due":{"dkim:1":"2026-11-27T05:04:16Z"},"codes":{"dkim:1":"RESOLVER_UNREACHABLE"},"began_at":"2026-11-27T05:03:17Z"}', '2026-11-27 05:04:16+00', false, NULL, '{"format":3,"selector":"6pb3hylc6dw","records":{"dkim:1":{"code":"RESOLVER_UNREACHABLE","source":null,"title":"Our DNS resolver isn’t answering","detail":"We couldn’t check 6pb3hylc6dw._domainkey.example.org, for a reason on our side. There is nothing for you to do. The last result stands; we’ll ask again. Operators: see DNS_SERVERS.","fix":null,"zone":"example.org","found_at":null,"action":null,"found":[],"nameservers":[],"observed_at":"2026-11-27T05:03:17Z","clears_at":null,"state":"unknown","heard_at":"2026-11-27T05:03:17Z"}},"advice":[]}');
INSERT INTO public.domains VALUES (1, 3, 0, '{"id":3,"account_id":1,"domain":"xn--bcher-kva.example","subdomain":null,"verified":false,"keys":[{"id":1,"selector":"6d3svbhhh9h","algorithm":"rsa-sha256","bits":2048,"state":"active","published_as":"txt","public_key":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvhJKDAzSRvF2dl9cfB3meUPL76pR5h8wuZ/9lpgy25c5h7hzGB1g4YnG3cVjN+qEVtV6KM90Z+TjOVwfefZKpHsCF6zls6JTi5srZRBH4P1m/MM9ZKGPXXQBla1hvXQ4GbC7AtPxUAMolqNOFnTNHWhz0OIp+49qfoD2HSgiU2NVVFarDo/mYn88+DMQ3lp9lkz5hLVRSznDcryU7CTJD2zi1I9K13p6q0xJ4aUhMAOrU6daMQhzEiFlj7XTl6m8aaY5yO9RuoPgTH2hqx53yPvrWQr1zzaPCgCjSXkcPGPkPmtNwb+pJCweQybNz8DwBNNtefdhAToWoGYwNjc6vQIDAQAB","private_key":"v1.JkWeEXNKEXKzJWfHfSP-7NRyRmKuka1p_32_wJqUItE7CwXLHVFgmFWfrsFxBe0dnk-dUqsb284U74YlsSh5ksh3hFox7AsB7OfRitz-BUgChu7LG-bQc6hhuiKTZOWQGA1a0MeUgQcKmONHxlKGMBpKy-C5rwfKmdCG69sXlStiHuFsHDC1cCpNNJtVb-wb4-NSN-VvtwF3xOATGS0pGTJ3w_nGTu4Ij1W-GLOr_l7zIxYi7HsLUz2GccATUYd8lYG6qs6Y-3c8lytybTjCQTZDP0eF6f_s5ePFxvDK7WhuIehQ9281KHy8O-DyhuuLHkmDLzNULAnorhkysflqodwP4-CnPiWhkPxxm2gtmQKYgiyQRKmHzXunrKNgY_gnPISq82KrnALwgigPO5j1caFd1HmSrSn2E2OwQqgbLD11e4NFCC2tbf4u1gJ2wPpCVCc-DAmqYKFC_KtunY0yh1t3oS5tWunObeAgnnS6Ioti72GqZ9SQwhWN269RBdKgTJ-9awBKeAQCpFT55O65aj5JywWBIzJnRTAv_REh1s91y1CSMMOuFIsmitpjgDkwFFl82BvtdfDbyZot2X1UgFd-c_zSU1OcPXmRpcGc6kGJbyeDPv5bfH1J0krnOQ_3DfGS0W3CAXZ-G5eibupjBXdvVaxnZS-bt8msDmyyqC2Dp5dTJDlaCNelS2eEOtfvvynEcf4ILDKAItux31ZLfTU6ZEDrnLjeE7qQwLJCUzGYioQFclSNTkulpR1RocTue_8HJDmmeXyiZeA4clDuG7FyTRlXHR2gzSoGWXNqWEoAGj-lXYIZqHY0WHwkNjNC3v6zbsQx2xXw32t0iumtHxCG2Ks--d45bVLq1hs4a_KO4_wCPgcnwACr0UZPfqbKXMpc46Sf83qo1HPGjoGrFuE7RK3mtVj4rNLoTETAahYob0qrECKICBOoOGNBl2B6y0jaiQbqwQz6XIFzX-BjOVrW1Gqqc8yqXIiRjeUdCQXp903Zy8euf8wg414BuCoAwXGpTVYylBem8EAqZoo4kahKCejmD-dbUyxCbrEML8jb4JPB0YibmdsFC8B4zccEzBaq4lWkMhnHkZWfo8k2rxPRYvSGpenZq_cYwR8UlVgSdbpgHEWfjj8Cx1BvDuRIbAkmUJbLm5ZkfWjvJFb-dMeSY4rHXmEqpt9LVzZX0aOzoHdKyW_EcpEdfdBt7WAALnp5ll1OZ9gSYVabfdE2NttPbxLIzMpd4jVRJZ9712iutfqwVU1LDGOwGOpyjhnqo6rOthCTKmAZBZyUDF8MVnI7b_BGPkLUFq8RqiYNr2WmkQ_dSs68ItaAmb9Vpa4PBCTmTv04Isb4_nnAXD7kP0xP8EDHHAkz320MEpjHe6iUfgfP0iO_UVRMNbErXIUuasG3kehjc-rAioqHSpbipHyyNPGFFSiWnSj4czNonwK08XGxB7RsP7EJQ_3Cn6SrdU74AlDXreWuBO5mHZGNtJvk7mHtbnkh2gCjdt9d1tEjKvpUrOl7c6HoIhkvp3Iqsna7-SDuKasUHLnq-te6HdT1SkxNqZ9V7TYDy7P4PywcDBdJR8crWy9aCOhWKiGa8EomgEH1GWwzYDAA5iOyC2xzqMLoC0cxgEGn235-Yp5YfR0HsOkyCC2t8jwc","created_at":"2026-11-27T05:03:16Z","activated_at":null,"retires_at":null}],"records":[{"id":"dkim:1","kind":"dkim","target":null,"selector":"6d3svbhhh9h","verified":false,"degraded":false,"since":"2026-11-27T05:03:16Z","wrong_since":null}],"previous_keys":[],"created_at":"2026-11-27T05:03:16Z","updated_at":"2026-11-27T05:03:16Z"}', DEFAULT, DEFAULT);
INSERT INTO public.domains VALUES (2, 4, 0, '{"id":4,"account_id":2,"domain":"example.com","subdomain":null,"verified":false,"keys":[{"id":1,"selector":"86gr26xkfjs","algorithm":"rsa-sha256","bits":2048,"state":"active","published_as":"txt","public_key":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlPUNrbh4EfnZxOKDRW5rUZDF8rHlTDYpSEw9YnzmDZ0W5Aa8eHRPnTi4XsHyd1kyKH6r1tjlPnhR53bAKwZciXBwJyNxFMTz43Dbs10zlcPCYS7jfl+0Q5TWddE55YTnKmJaxCwKBS71N+Xt7pwP7YNGiVnN7HZxVKPCNPodF9R4zd+gnioCAbnVFE6TuGfbg9W2I7d2XhCZo65WGIlLsVq0DpLDFFLRc+wg9fbqGS9I0FcmtM2tYrbWNac8lfl2vnOVbUCT4q7+azCcgdDExjFfMCeCMVlxwzHzorR6Wdn5tASi5PHaaC3/TwbNcdjLa5/FohT7Qp/mKq0lrobCvQIDAQAB","private_key":"v1.fHwVJenJ73XNkojP1yyaFBIpzDFXRAKxuPna6Pu8fgqYRYNjPtCRsgblMATvPJwWa6PTyl8YTcV1tQifrj-rTBXrA50wXq5_6Kh4uqnRvrLddUKIRkVzM3-zj_QUsKLhrCpqOuQBE4cm_ChZmCLUlSoqAWA3Lwb6GLRYKwLuyUUr5JhlfmniFII4_cmlTQxxb0F8oczN5gaYXATi8j0HTUMMY4x41tz_DEe0tZSNmNoWezaHaqDbfGp74nfp9bNbG_M6wxgZfzwXdfto2lbV_ddYFfTgG_q2DCgyIke0oT9rlYwQOoKliu9yqgaXBZWyL5yfTy7FBhewQc9RMVSRLcyunnGEwfM0EdduzRM6JIRttBJv23i0XSzlKkGKAIXzW9I1dgg2uMudiX9CGKAnspeDWFrxqmx6jSoe84xLrK5r-wOhDng1lPdRCV8wNRYjH_z1tSPdYfYIU2VozyRujF_dUQTULQjzcCeyRPCk_oNPYEruxXwzd5L5AkEzvWXLz9Pml5OWxqhQHtYP8zqinTK7UfblDKmSkqxUrTQ5wIKcWYD5qQUqtx0nnXYWaN7Ucn7duw4SU9ge-oxRZ9EmOu8a76-XDEf8YHWkUM20uV8Z5AbkLmckyEwIrMAmJFLZ-VGSH5oFHqugyXQcOwaKiYOwDoyp_lFs-mkrSE96rAv96HhUYW9pdND_r76ooo9Ho4EQmjJ7YDoo5coLZgO5NRGMC9P34t01Cy9LxN6zEjpzxWXBN4Ds6ZeQUxy7-NqcoQtJah-CR_zBPE1EyaWvsPD-Wgn0NcPlU84l3KEz6YBZmn_wSrF1qcQS2Sdsbu7Z_lRPFziklH3D1eIDdpNlAXGkztCqCgSZkNB8toVP0txahBapf7UqTTyGYiqWY0R1jg74NXhZqdcSnG0IDcyx4VIS25ovbkcGwK1Yf_WxrOVlPLLf1EuSC8K2vNtmswNU_OATmhXe6pcjeDF10fCO39C6KSPUv71g-gX_cEM5UKV05GL80e2Gf7A5h_szp9XShcwgJIY4JtF70pKkCayOqyR-9Atxtt8BBMaqJtyqKmEvzDRzc2EKqMhkjsE8bT0MGi2VKedAxt_3YxOOz1pIBO4n5v25VSPr-bclqdaiiy_wB-RU9C_ao2g1Dm8f8wOIPQ9n8Md1S_qC59B1EiY4ohUCyTLhXFjQ9p6Ifl-zo1llOAZj2EGmUTm0d8WMu5UOFCSZZahjfTSwZvoxPN4ljB7kghIWVy3S0kNBusYSKmNDdVjjI9qvtMrlD3Q-rAL8UaNKQAyIgay3cct1Aa24QwjUn7hBoFXmbC6r99LLccz2Bqo7eqXn89Um67cqfGLmqY4TwhSF63tWC0xftaG1yQV5N3H1AFHK5oghGx-9CEZ5V31AiemNIDTyXV2jP0z0GIFjYEvBfj-Xb-HN5GsIYWYJZqBsJMuIvO_HKJKDzzN7imlflQIDa9-y6ZN3UO64lqv6J7tZG9MRiqBUCThJDjlgM0UH9hrUICMf1oOE5e175-Gw1JcrmPfKKGASGPYTgcAYcVlU_hAauUMzEXqADocpwg7aicVveCxtL91Ckrfh0_KyQR8ncZLusE5v_gG0F79PqjhObasZBfywmXQQ1QK3P46qQKpZSwwNmzGM1u67DCjjMOCgEaiWDZg","created_at":"2026-11-27T05:03:17Z","activated_at":null,"retires_at":null}],"records":[{"id":"dkim:1","kind":"dkim","target":null,"selector":"86gr26xkfjs","verified":false,"degraded":false,"since":"2026-11-27T05:03:17Z","wrong_since":null}],"previous_keys":[],"created_at":"2026-11-27T05:03:17Z","updated_at":"2026-11-27T05:03:17Z"}', DEFAULT, DEFAULT);
INSERT INTO public.domains VALUES (1, 1, 1, '{"id":1,"account_id":1,"domain":"example.org","subdomain":null,"verified":false,"keys":[{"id":1,"selector":"6pb3hylc6dw","algorithm":"rsa-sha256","bits":2048,"state":"active","published_as":"txt","public_key":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuyJtdZgxOPhLD8DTckRnsu7I1gIX/1UxdQYCWC2cB5mBUALqCGs7Ifv3RgLGc7bRw7orODS5gFoxA30o5+qNLHWXlPhy+va9uWzHBr9vxqxbUqwm8GmKl+4/Ux1al83H8HrwpbwlI3NOnjJ2yPJi2iz7RW428PtT/DIx5j73vafqJtzlp+GE0LnCU0RVVqQniA9aiVCAC81R+6Zd+dnbCFcUcdlGnEbQSslAuiPqEGR6kNCsUjlMlrCI2wUsKi9gJJo31+gJe2fpqRzvxS15sDPs9Ih3RZho1AJR5AZpNjR4c8YCcO6ovYrTdwfz/swF8QG88WijYYcNp9TQ8VgUGwIDAQAB","private_key":"v1.V8RtF1-5u8LGzHmKP0mLrXydPY_IDmCYmGzZMBl7xkOvdnS97lUpH5drKD12x72CJd9HBC5qDSy7xY7i5lXhhLI6i_OfEBzwBSFL318XI4L0XJBCzan7Mtyj9pHeQyr4FrWnEaPvClWoHyw_N2qnyVa5_I2KTq00A8YNb2xI3Y40bIuRbfS1dKFkF9vEELsyDaPS_f6W4OGGw0xi_L07smiHHubOqJBnan55kiN_6fdSUdj_tiJRkwUqIplGh6gJ9ou5q2RwEb8TBeHudpy0fnyXQjhiPswQMCtnVEQKJwyioJ8-eNCzsH3YVwJuayC3q9ufC5JL57bMmXKfhoZy1ntj3frSfR7ZtZff79cpJA_z4TxvbMscLZmaxanC-JtF-9y-q8RRzbpXi4QGodZb9ifMpGtL6ovyyM9-4OD68UglFvkMPol7jXv_BsrwUYJdyy32cvC3_PX1je6HtqZ7VI7gXPWfQSCfhm7QOczzEPNHLSEqgtGejqbg8UnD66mKFgy3eORLiJppebIzZYqd05y9T29peATT4ImAI_KScUhPhNWGoRPu1JAY8xjUdl_w6hIZE8S5W19NP63Up-Cs2cfWL2aDf9whn5eqVqqVdqHR8nCtMW6YV_xuhhkl25I2Y0ekWUK764WEJScc2e_iRI7Q9eOZdW3dYZ78yyUe4sgg4aH91MizasvlJKxgauCd4AF_v-4s5zo1pDCtiSty6fcGqEKtpdx6m5GzdN5JlUmYAeF6gFkZLeE_4ShoDSbEE4op-vHTrN7zEAWXxD5LbqvBtrnSJReTmwK_EV1Ae8h-rIMqM23Xuuxojowbi8HmWhFqbT_vWxO5wn6xb2wNKUgsxO1AEbhvLxB89jhPQrrQ3AynIBjy_34MYCFO8Dd-vDMTQvL_ZzDuakkdoDFuEnCC2dirE9hhhmJgnC2zViaWcWVFJZFytU1M3AQ9Li_R4C2mc3pwgomkdy4wWZXZCTLKqWpvmBBzf0TZC9duAAyOafwQWdU9dJSdbJPXhQiJIKuy_-K8EMNij4eHdMY_OQMb9FTmfy_glImpCzH5ZnBaaMdR5wS4uPfyjuM6WDhqnVwe6fROMyzEsa48atjJbKypGOV__muGM0TsbBklyvDb4CZaHHMOhdUXFCEBgkaIUHifN3bFSh1yTaeDct93j2Ny1wCo0jjgDsM3UAOSYqAo_EJ_663Kef1lQUTeB4ZZDLXUn2C2Rmi6Z_zbPSoDijfjRucaZeO-E952gWNeegNQwKSMvhaOjVV9pcxxUn_w6xzLx54n9Po-BuBsln7nCdnOn0UnbpbT5BCl0oCMUc0Nm9WvytiCWoaHDe_AMvfmk7bJ76qVVu0q7Du16WrG7VNc8_KDrWITHPa3fAWNAofkBATDz7LeORamu-M4jGga79bDVrpSDQESGl9QtVVazgYrJSPkfSDICNo7Yc0eL4GCXoK3ewJReTY2chNa9iz-RusRszmTXfUXizw2QK47cPsRrqavLVskUKCdGfRSnF6e4VMQgypLOq8cbG91OgrS47DdxrocpvGXBOWBZxtTLSolUbG-HgGTT4X7PknehZWv89atZEoSD6VEa7oVIM9QAXaTCnR5dipyqKDsDGReobhFKtIBmSR6Ps8tgS18kMQ6eNcDpGXDiCj8xemC","created_at":"2026-11-27T05:03:16Z","activated_at":null,"retires_at":null}],"records":[{"id":"dkim:1","kind":"dkim","target":null,"selector":"6pb3hylc6dw","verified":false,"degraded":false,"since":"2026-11-27T05:03:16Z","wrong_since":null}],"previous_keys":[],"created_at":"2026-11-27T05:03:16Z","updated_at":"2026-11-27T05:03:16Z"}', DEFAULT, DEFAULT);
INSERT INTO public.events VALUES (1, 1, true, '{"type":"account.created","domain":null,"actor":{"kind":"cli","token_id":null,"address":null},"at":"2026-11-27T05:03:15Z","changes":{"name":"Help desk"}}', NULL, '2026-11-27 05:03:15+00');
INSERT INTO public.events VALUES (1, 2, true, '{"type":"token.created","domain":null,"actor":{"kind":"cli","token_id":null,"address":null},"at":"2026-11-27T05:03:15Z","changes":{"token_id":1,"name":"First token","scopes":["domains:read","domains:write","domains:sign","admin"]}}', NULL, '2026-11-27 05:03:15+00');
INSERT INTO public.events VALUES (2, 1, true, '{"type":"account.created","domain":null,"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:16Z","changes":{"name":"Acme"}}', NULL, '2026-11-27 05:03:16+00');
INSERT INTO public.events VALUES (1, 3, false, '{"type":"domain.created","domain":{"id":1,"name":"example.org"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:16Z","changes":{}}', 1, '2026-11-27 05:03:16+00');
INSERT INTO public.events VALUES (1, 4, false, '{"type":"domain.created","domain":{"id":2,"name":"mail.example.net"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:16Z","changes":{}}', 2, '2026-11-27 05:03:16+00');
INSERT INTO public.events VALUES (1, 5, false, '{"type":"domain.created","domain":{"id":3,"name":"xn--bcher-kva.example"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:16Z","changes":{}}', 3, '2026-11-27 05:03:16+00');
INSERT INTO public.events VALUES (2, 2, false, '{"type":"domain.created","domain":{"id":4,"name":"example.com"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:17Z","changes":{}}', 4, '2026-11-27 05:03:17+00');
INSERT INTO public.events VALUES (1, 6, true, '{"type":"token.created","domain":{"id":1,"name":"example.org"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:18Z","changes":{"token_id":3,"name":"Share link for example.org","scopes":["share"]}}', 1, '2026-11-27 05:03:18+00');
INSERT INTO public.events VALUES (2, 3, true, '{"type":"token.created","domain":null,"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:19Z","changes":{"token_id":4,"name":"reader","scopes":["domains:read"]}}', NULL, '2026-11-27 05:03:19+00');
INSERT INTO public.events VALUES (1, 7, false, '{"type":"domain.deleted","domain":{"id":2,"name":"mail.example.net"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:19Z","changes":{}}', 2, '2026-11-27 05:03:19+00');
INSERT INTO public.events VALUES (2, 4, true, '{"type":"account.renamed","domain":null,"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:19Z","changes":{"name":{"from":"Acme","to":"Acme Help"}}}', NULL, '2026-11-27 05:03:19+00');
INSERT INTO public.letterhead_migrations VALUES (1, '2026-11-27 05:03:14.730926+00');
INSERT INTO public.letterhead_migrations VALUES (2, '2026-11-27 05:03:14.785145+00');
INSERT INTO public.letterhead_migrations VALUES (3, '2026-11-27 05:03:14.887944+00');
INSERT INTO public.rate_rounds VALUES ('44f038f0-eb4e-4513-aa53-39d54ede7e35', 1, '{"0:1":1,"1:1":1,"5:1":1,"7:1":1}', '2026-11-27 05:03:16.141587+00');
INSERT INTO public.rate_rounds VALUES ('44f038f0-eb4e-4513-aa53-39d54ede7e35', 2, '{"0:1":4,"1:1":4}', '2026-11-27 05:03:17.137426+00');
INSERT INTO public.rate_rounds VALUES ('44f038f0-eb4e-4513-aa53-39d54ede7e35', 3, '{"0:1":1,"1:1":1,"3:1":1,"4:1":1}', '2026-11-27 05:03:18.151994+00');
INSERT INTO public.rate_rounds VALUES ('44f038f0-eb4e-4513-aa53-39d54ede7e35', 4, '{"0:1":3,"1:1":3,"5:1":2,"7:1":2}', '2026-11-27 05:03:19.224335+00');
INSERT INTO public.settings VALUES ('secret_key_check', 'v1.JHOd_axV8cvpywKdE2iuo6TUet_ihHmKIHbHrAh1LuksYFTILRzCxF6_LMtpx7G-');
INSERT INTO public.tokens VALUES (3, 1, '{"domain_id":1,"name":"Share link for example.org","prefix":"lh_1_Mg","hash":"Fhn7KgxEWCWXeszaxWDiYLR4lQafkoI69t2p290PG30","scopes":["share"],"expires_at":"2026-12-04T05:03:18Z","created_at":"2026-11-27T05:03:18Z","id":3,"account_id":1}', 1, 'Fhn7KgxEWCWXeszaxWDiYLR4lQafkoI69t2p290PG30', NULL);
INSERT INTO public.tokens VALUES (4, 2, '{"domain_id":null,"name":"reader","prefix":"lh_skrB","hash":"3lvN0i6-J1jMb45j6gKuXgMs2Ia-Yr8EO4ooXn1VZV0","scopes":["domains:read"],"expires_at":null,"created_at":"2026-11-27T05:03:19Z","id":4,"account_id":2}', NULL, '3lvN0i6-J1jMb45j6gKuXgMs2Ia-Yr8EO4ooXn1VZV0', NULL);
INSERT INTO public.tokens VALUES (1, 1, '{"domain_id":null,"name":"First token","prefix":"lh_dump","hash":"GviEvoM7P6onHyCEHZv06nwm7pCKJuSq-BDWQTYluNw","scopes":["domains:read","domains:write","domains:sign","admin"],"expires_at":null,"created_at":"2026-11-27T05:03:15Z","id":1,"account_id":1}', NULL, 'GviEvoM7P6onHyCEHZv06nwm7pCKJuSq-BDWQTYluNw', '2026-11-27 05:03:19+00');
INSERT INTO public.writes VALUES ('19aff54d-0ce3-48aa-a105-1fa10f830663', 2, '2026-11-27 05:03:15.222665+00');
INSERT INTO public.writes VALUES ('b0999e7c-31db-4a08-a189-3feeb44f1a46', NULL, '2026-11-27 05:03:15.776398+00');
INSERT INTO public.writes VALUES ('f43037fa-2673-446e-aaba-ff73f92c049a', 1, '2026-11-27 05:03:16.131936+00');
INSERT INTO public.writes VALUES ('a3396be4-9011-4183-97f9-9bdf749dd24c', 3, '2026-11-27 05:03:16.637505+00');
INSERT INTO public.writes VALUES ('2fef7009-a7a6-4f29-bdea-6a4f49bdf692', 4, '2026-11-27 05:03:16.686775+00');
INSERT INTO public.writes VALUES ('f9dd035f-5fb5-42c4-b4bc-de8cacea789f', 5, '2026-11-27 05:03:16.866779+00');
INSERT INTO public.writes VALUES ('c0a08e96-ee8f-4e0a-9934-0eeeb9f338cc', 2, '2026-11-27 05:03:17.086964+00');
INSERT INTO public.writes VALUES ('f73f2f39-8581-4650-9118-602e72a593e4', 6, '2026-11-27 05:03:18.871962+00');
INSERT INTO public.writes VALUES ('50a5ee44-a899-4783-9465-643369fbd20b', 3, '2026-11-27 05:03:19.091974+00');
INSERT INTO public.writes VALUES ('92ff6897-72a6-42d3-8609-bd6d5b9b86cf', 7, '2026-11-27 05:03:19.280745+00');
INSERT INTO public.writes VALUES ('cf39d6a3-12c2-4682-8f6c-399d57b9ab41', 4, '2026-11-27 05:03:19.53603+00');
SELECT pg_catalog.setval('public.account_ids', 2, true);
SELECT pg_catalog.setval('public.domain_ids', 4, true);
SELECT pg_catalog.setval('public.token_ids', 4, true);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.checks
    ADD CONSTRAINT checks_pkey PRIMARY KEY (account_id, domain_id);
ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domain_once UNIQUE (account_id, domain);
ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_pkey PRIMARY KEY (account_id, id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (account_id, id);
ALTER TABLE ONLY public.letterhead_migrations
    ADD CONSTRAINT letterhead_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.rate_rounds
    ADD CONSTRAINT rate_rounds_pkey PRIMARY KEY (server, round);
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.writes
    ADD CONSTRAINT writes_pkey PRIMARY KEY (id);
CREATE INDEX audited_events ON public.events USING btree (at) WHERE audited;
CREATE INDEX checks_due ON public.checks USING btree (next_at) WHERE ((NOT held) AND (next_at IS NOT NULL));
CREATE INDEX domains_by_name ON public.domains USING btree (domain);
CREATE INDEX events_of_domain ON public.events USING btree (account_id, domain_id, id) WHERE (domain_id IS NOT NULL);
CREATE INDEX tokens_of_account ON public.tokens USING btree (account_id, domain_id, id);
ALTER TABLE ONLY public.checks
    ADD CONSTRAINT checks_account_id_domain_id_fkey FOREIGN KEY (account_id, domain_id) REFERENCES public.domains(account_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT shared_domain FOREIGN KEY (account_id, domain_id) REFERENCES public.domains(account_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
