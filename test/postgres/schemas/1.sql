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
    first_event bigint DEFAULT 1 NOT NULL
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
INSERT INTO public.accounts VALUES (1, 0, '{"id":1,"name":"Help desk","suspended":false,"created_at":"2026-11-27T05:02:59Z","updated_at":"2026-11-27T05:02:59Z"}', false, 2, 2, 7, 1);
INSERT INTO public.accounts VALUES (2, 1, '{"id":2,"name":"Acme Help","suspended":false,"created_at":"2026-11-27T05:02:59Z","updated_at":"2026-11-27T05:03:02Z"}', false, 1, 1, 4, 1);
INSERT INTO public.checks VALUES (1, 3, '{"checked_at":null,"began_at":null,"due":{"dkim:1":"2026-11-27T05:04:00Z"},"codes":{}}', '2026-11-27 05:04:00+00', false, NULL, NULL);
INSERT INTO public.checks VALUES (2, 4, '{"checked_at":null,"began_at":null,"due":{"dkim:1":"2026-11-27T05:04:00Z"},"codes":{}}', '2026-11-27 05:04:00+00', false, NULL, NULL);
INSERT INTO public.checks VALUES (1, 1, '{"checked_at":"2026-11-27T05:03:00Z","due":{"dkim:1":"2026-11-27T05:03:59Z"},"codes":{"dkim:1":"RESOLVER_UNREACHABLE"},"began_at":"2026-11-27T05:03:00Z"}', '2026-11-27 05:03:59+00', false, NULL, '{"format":3,"selector":"irur933lk1f","records":{"dkim:1":{"code":"RESOLVER_UNREACHABLE","source":null,"title":"Our DNS resolver isn’t answering","detail":"We couldn’t check irur933lk1f._domainkey.example.org, for a reason on our side. There is nothing for you to do. The last result stands; we’ll ask again. Operators: see DNS_SERVERS.","fix":null,"zone":"example.org","found_at":null,"action":null,"found":[],"nameservers":[],"observed_at":"2026-11-27T05:03:00Z","clears_at":null,"state":"unknown","heard_at":"2026-11-27T05:03:00Z"}},"advice":[]}');
INSERT INTO public.domains VALUES (1, 3, 0, '{"id":3,"account_id":1,"domain":"xn--bcher-kva.example","subdomain":null,"verified":false,"keys":[{"id":1,"selector":"gdcqa6mzxsr","algorithm":"rsa-sha256","bits":2048,"state":"active","published_as":"txt","public_key":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAp7yQWpTM2xT9njnqIv7a1SCjMnIMP7ZTle7YXY0CumKvTZAHFmz/CBN5mrIGMwNPD6ubNiWlP+yxLk74MKH9VNZMjKuYQeUFSgn2KDxLVz1tLSaCtVZelK13rpR3iw5Wlb3IV7jhWzjqdPAuXjz4womUI7/UewrRaHew1Jg+MuILXnXC8RKKXNkmi7Y70SuYJzZAghrhVxEoD+eenSTWqAMoNvTyKdUVDyeQ7SC5Qd8nP0K5ShmNWr3gSlSQGXMTCjuv+jwrxZee/iE9rTN1L9v0L6DXTT+pfOX30kQq7S8EMykYU+YWftGxxOqN/fSLP8pzbhKcPTktUgQpCFQpRQIDAQAB","private_key":"v1.eB_x34fBSBRbJaKtJfnqGUHntICW43OVpN3NF66TTm1K5JQrNkQVPMPxeS445UU3kQbrCUd93dBer4wSB7Rnodghk6_nwUdaK2DOz5cxSedmkGf31MHjpr_aurdcYntZpoFuf1q8KHSMmt50ebgVVt0SBHsQ379DVJX4jXDDdqXTNzBIj5zD_mwVULtSPqUa7lf7kjNsyaBCFH3QfxxfFX7yHMh1FBmUlDceelUqUyghxIhvZ9VWuHaJkNhTbSokd9h8xLqlsnSCD5iTAS29dd9Ne773LKQrv9kVn3CsifddGdPvrE3r-4hnpsTWJfeM81BEB6l5CRyowrp448y8721FneprYSFqj__TrF9bZ9dt7Oe2ECA43BtiNEsTsyfG8o4CApUv4-6CzcMxolw_0v2KOKkOz6zj2v7x6zAIWkXahrDQ2GSyJquWdaqxUi--CfNwDMkBDOxYGJVFNbzkeej8HWwJMR_2StJHbkI1SBxnaVko_As04TghJmeoZ2-MFAP_AJ_ruXdOPuoR_zIMqnbmNYobi2mHTcV7O5pnAnQiHoYTCQmqHbL7uGt2eqX1oH5Afa5qzk4NActQYwxUeOjBdzxFZDDaua-BldaNNhQhqiU9INnuyqKFUyllBEEwpmp_Fzyz-hpfXsNRwNK1Es2hbTVfPpcFVeXsdWCVQpSCO95uKKfpcdceQRdvjjKIM0B5BmM91C_39aYdPrLafF0ZelfVI9fHBXjlHJI8UXdIg0Df44MFCI6Nt0e2PtwFyeaE932pukIqqJ-ocp39Rqef-Uis6QoD_5JVTpzTD7BAQx31snLS5EMqlpgoFjHnjCVJ8YnymQSi2ghYNzqW4mNSHcKYerLz6MPL-GAbyEQ1YZChblw4RvEWAf9bqhzmSB1sV-NAtmLAX_UOhAPfWJD6Fx2cCHB0HAtq3vYjtQNsufTlTlN8p4BuPF-T-iyqxl7tLVqdKZode1j0_2U6WaE2TSZFVeki6n6fLqr0uaT_VASrb767Zi1jrwjxoD_u8AKkYhKkQdZX53nzV7gYLfh9mQfLQcpGCnFLZqD9tOojvjp3aSHValZ_UbDpntFz5k6Vxh32XtkFE-jLTi7Mveac8gD_rhahFd-CLPPHeP27an-7SuRvQZ3_jKNFRIER9mibzdWSe-omu9nqizWiJ4pAU90c_V1K-p-znMU_QGtj50KkdVZ--d_TB6gZ_ipQVTJaGi8Ku-ePERk1X6kUNn2mNG_AM-AsYfOLXvfx8hzpTqLYtVZki0n6YqOjx1sV7fSpSNLOQojuIeHrslVYvUo0wsCc-NhfGkXD7kama99Rmfy4Rl7FlkplAAjEdvdhjPHTI8397AaxcEDyoRL11l-TpRgjKHWageOLJAKfcUJW0S29Cw5PD3D6a2HwB63Ld_Y_sBrYtXFk-0gLgcW7Dna0LlSETJlxIEajP7GEbdaAH0DRL4JwiB3apxbxawPdwYkUJYkONLs8piWNtOSOXEGuMmb58qJJdPBP0aR8Ek7pXb2QD_hvUxuJk5ZVNsTTH_rxZCAjhlq8nAXyRKGq7QboTIyjckk2i1C-j7bYoXgQZpWJBT5F6rRf79Kw6b5Af0AFjB-_qqF8NBFmyP6g_FhKpNBNqNTdjX9zADjyrA8pFBC_BPQ7yD_PufbO","created_at":"2026-11-27T05:03:00Z","activated_at":null,"retires_at":null}],"records":[{"id":"dkim:1","kind":"dkim","target":null,"selector":"gdcqa6mzxsr","verified":false,"degraded":false,"since":"2026-11-27T05:03:00Z","wrong_since":null}],"previous_keys":[],"created_at":"2026-11-27T05:03:00Z","updated_at":"2026-11-27T05:03:00Z"}', DEFAULT, DEFAULT);
INSERT INTO public.domains VALUES (2, 4, 0, '{"id":4,"account_id":2,"domain":"example.com","subdomain":null,"verified":false,"keys":[{"id":1,"selector":"o38nvf9njhz","algorithm":"rsa-sha256","bits":2048,"state":"active","published_as":"txt","public_key":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtbmvggsUwd5OpYuRHvkNPseheER4AfqrKmoewAF0HzNZYoC/7J5QVKEXgs1eXY2FCzPR4ZeA4oK8jnA/soKRzkeEmsQwFTWT/UcqrMHmXGKoY/hFMC3EggBeWAxOCnTbOBfzwrn+AsqN5PKxdSNZWs3QuYfBipeQsX5DjLh0+eoRX4+1TQfe85FvYw+UhkmPlk5g92zyV9jHys8dWvVlCGFeH3Y6v0G9khiLFiHPuAPgsRQiFTo+A5b/ArM0kAw/A/9ZmSrcElsMa3JPVtKT/gffZPZzZI6SnYMyN2deDD50u5GzA/klVUQMVffid/Yrkb0qSpCE+vBxK1m+H/DwQQIDAQAB","private_key":"v1.12JHAwMUmKDyDEnzf9YfKniUdwsgETkiTsCgqy-yWIuTRCNO7TNxbVyx3hXKwjT672TfwwGQ306VHIHlrXzDdZZTgps5MNDu8WLUbtnSjCGJkUjsQHw2Ea_S3kK3S-dhvFttoqiZuzagWr9hZBhQGFtumROqlVBmXZX3l8_d5cergU3hTihd5wXyettGLNI99aJW11iairyKf_PI7L-ssx6IT5sXckmT4WTUCYQZo41ngM1ZIT4Wn_8DOlJq2KT-jZaEsceAdDUjvvCeqNnN-dv8IKPrsS_2Qruqg3pMuT9qd_jUsQVnQW-7KDtg54FI4umcqrBW6pgkhzXl5_euqinyvdCjOi46FS9wC4Z8XgDhHNe1W_yDq-4FQdIVXu3TQ5P3l7_smP4BE_4WnhDjppI-p3Jdu9Pp-uekftpE0AEAD6mYHZcBtiSVWRbYwvQTkmI9oFa2zrWZlufoNsdK-bV1c959pQsKXh1FqiddDzYnbV-aX4UzgGiJXkl2KEyEXVGH0ggrg4EGZuQF0qcm6Ka6U8vwR_1ecR1IWVNmKkZR0R1YQbyVDom8w6i0VSS_BsFprQdAo3w6ssk_K2QnQOaUm4lm1KE4tsQbLAhOAPHxH4QINEfIzogvBGreUK4isEOBQzJ1BNVcJUHhAY4nSrqHvb4mEmg2xVd9So60dJdJ4r7wVnCii1ybLkw8ECtSC4KaJT7Sst5iYAz1uISrPKeAC1br1xyIfdYEr6NzMpmJW6t4L_fEnIYlR8fcejyUsFNqcWX9PFccbCCMaelrmS3l9S1RbXADa0M8HBOnGVaBRZjfVgz_IfUQbQBHH-G_QlKLPAhdBben0OHHZY49FS541UUCyCU5zDLHKUP8t2OOvwbR3o_Xf7f2QfHuVQhmJUrctAPHwgxUGQKTuAOz5uNW-9c8k_mBoBzxadXbdvokjw_kWt7W1QXX2Ei5GqGp1Cyfv855mh1szas3DW7MW8IvleBi_WsEzmbzmIt0PVbxUa4uhpTqzEseZ4hqblWwqqwvJPYTcNWgXZ_nGEMKKtKhstuan07O67pV7ZGVB58Fm2C9ew6zO8sTNDoh8EhxWSRCnMf-Noif1sUTp2AilT2JFQyeNrmCjPDC6IBVjCZomVtljHgGfPH78QNoQvI0QOm-KRmlPmsFmp6TTo9oezb6PdRPtJ_xfqGP9Y-urs0Y37QZCEbkzEIi97dHhWiLcC5ym99aCcJoIqc1Z5DIG1_HxeTCz4p9wGIKBkashU9dVoZxbadnJaCv53CMuYq5p6wr9vJCKk9io8_kQ4qNZzbdZIklimuQ1kpAwIunA1cOMIVDlXRPkrNr5tEYto9pQbKZ1KAdWZWoz71GfYIpiMiZ98sQYLAwE7W3VBdZE16Eht9MZe51yIqRS5YPlxj5k7I3YqQ8KWAKQxqVWYsxLvJOO3A5d0Do6nHGmgh74Mh8C9L3CbOJS_6ZLSLrQCsKNGRTUgOexMNf5Y8Nl4_taGUxi9gXIbzTXfUAhhCndmIja22jUQ_XM7Rn0XI6-s2onPxNEbe_KjW24it-nrXoZl7Wusi4Jmd5rt7f_NrWVeyyn_c5gvVD9MDUb83updWvf2fzYVmGsHCVbn4_a2XP_6jpsXS8j-MHmsozY4koFVlmYWs1gzAy07nTKj1R","created_at":"2026-11-27T05:03:00Z","activated_at":null,"retires_at":null}],"records":[{"id":"dkim:1","kind":"dkim","target":null,"selector":"o38nvf9njhz","verified":false,"degraded":false,"since":"2026-11-27T05:03:00Z","wrong_since":null}],"previous_keys":[],"created_at":"2026-11-27T05:03:00Z","updated_at":"2026-11-27T05:03:00Z"}', DEFAULT, DEFAULT);
INSERT INTO public.domains VALUES (1, 1, 1, '{"id":1,"account_id":1,"domain":"example.org","subdomain":null,"verified":false,"keys":[{"id":1,"selector":"irur933lk1f","algorithm":"rsa-sha256","bits":2048,"state":"active","published_as":"txt","public_key":"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvLz02eagjrHL1Pepwd5yX/sXMqrLB666Uh2jFgFe5c0lLswhRvKP79ZmWPcWNM1yY7DNCdq8cPmbqCoBjbOTJmkqdBpDYLCkAuPfYXNObyDn8YrWjnbo3xu+CQyneGVu/CdlGhjhi583i5AoES2QgcczeordfxIVTz4oaD+JyfBAWhTAix3BrEGIH+I77OiMQ6H2qPh2puETwMYkVby1Pk6OnPyH+pquNhU/2xOelJsyXt7ZH3HT6IZDuAHJNzKCYcAeokGxVoVmiGKVjCm1SLC3KNHdPtTm+yueG1mz9C7p9EzLuvWiXMYbhkZzYcGzTPTor82C0+wNyOTztsnzgwIDAQAB","private_key":"v1.F09TC69fpODolif-YUGuFd0R_589EwN3pa-cZFLTmO_34TF_qu6UR6BvQom_RO_W-GMqFP8hVD_ZF-7VO-6Jq9xKeimt30E7nXlubcJIGyL5B-SVkbH_hVqlOVuf2lNxgHJehtdsnZWrvWx5QCsSylPrwbX3tGT11O0xSiu13DcPb534ITcScwFvle-U3JWuxkd2eU44WLhhcaulCsbNnWuqoB7hy69n3NBIHEhHdcjpGm-ca9O0NOoXaTo5LQaXdBzM5nvvju5pfm4063wJmb6_fKnH6IeKO_xM2KgCCFrjeVAViFhJgKNI3GhQLlQohigsgtooOUqg9Lu4ywVdBrDdQCVR14Yh1pY33tHpBInD-fHiMo9FpO3VCBp8IAltziD7WxwhvpNQs27o0v_00E7kiz7KhOhIe1xaonPOaOHY-F6R1EAUgcszPYOyEpci-OKdsi3pDTVS85zIfuMjfu7SgYGYYjzk0eqWVrnmJltz7ynydELw0X6LP3Zi_F33x-3YVXUQalT_1pIBlLoWFAuYjTlNbf8F1rSJLUJEAJulWVC4IdzSB46wSvpYlb72S3yI734xCnPmbn8IqaVffRk7n0My1fNEBYZZGkyORhSOZtUX6GaDnwcOyeoWobTbuFP7KOMC75hNhTXPWVWAyXDxIbp4E_4TMNXIerZeV5Xgcls6yVJpuz7oQXb0K0t9vF8xwbgHGd0o63MA1VB-p5gftQKztlzC5pizwG00q4bSHnl6Wa4Dqr_eIHbdUCTAoPP3spNDi-NHFhcMyk6CJfga7o2bEfngd7T1CDZYdqJsbAdGSJVbCPUnBSOiuyn3ZtxuYtOrwDFfSFstOi8MeH4aSUmVMDu6aKiOcbOQthLd8IKS9iYzQvHS3gYQp5CbTIC9W9V1eLil2Bx4vsrqVFcoqiiPdF2P5UJvph3rByiytTZBHNYZUFYM5yqAfngtjJi3LiDcIt37Omp324noeiRieKNt_d5elohWAbdyApFw56uMcvLdqfwIcRBzb81Gr3945klKeEwFHSr6pNeGQvRCAlyaXrK2rdwH7whToNJnnK0rHhIiPI967GvD7CDXmbEAvPdxvzWVcROxc7dzGadc731_UP19EF7tukPHgTG9YyIOreXGl8yeGRvnk1q-b_65VnDjM3KIHfT5fPskUsUXlXQW0qab9NeHXF1ATuN1S1geBEq-xhN-rqUdlkZObGgG1vRK0EK4T72A-8m4nsGn-pScFYsxpsXj5IlW0O70tPEIZEUJxY-XLcRB2SDliMysKlcWDoRpt_Qac-JxxQ-LGUm3Ty_yv7_CU3tG7Uq6V9xlC3BmjPrfLX5js6Fw4KhX-58-SoBRmQjBCp1twEjFRTrJalfGyswyy6Z3rh3H1-ps4-MS9ETkfmS0BYSw9WcLP4pc5w--eOmT3AETSqRKsL0Iv87x-_UxRkJwTtP43lISr53G5oCdMx7vWTTTnlLabQX5xtMeF_q0qVLQQBrGMs9sjWUThnOZbE5Er4qJSoaMmTF-UsgyUAb2QkVcQZ6QhJyzJUpcn8p6bTH3WSsOsOLiFjxArQ19cu5cpwKuf-5MrJT0TiWPHoDW-FAh-9nOoadeLWatJ6_IQfXHOGWGAVDDFMmKEiZFRCwu-ydEDErdoxsh4J3GZ4s","created_at":"2026-11-27T05:02:59Z","activated_at":null,"retires_at":null}],"records":[{"id":"dkim:1","kind":"dkim","target":null,"selector":"irur933lk1f","verified":false,"degraded":false,"since":"2026-11-27T05:02:59Z","wrong_since":null}],"previous_keys":[],"created_at":"2026-11-27T05:02:59Z","updated_at":"2026-11-27T05:02:59Z"}', DEFAULT, DEFAULT);
INSERT INTO public.events VALUES (1, 1, true, '{"type":"account.created","domain":null,"actor":{"kind":"cli","token_id":null,"address":null},"at":"2026-11-27T05:02:59Z","changes":{"name":"Help desk"}}', NULL, '2026-11-27 05:02:59+00');
INSERT INTO public.events VALUES (1, 2, true, '{"type":"token.created","domain":null,"actor":{"kind":"cli","token_id":null,"address":null},"at":"2026-11-27T05:02:59Z","changes":{"token_id":1,"name":"First token","scopes":["domains:read","domains:write","domains:sign","admin"]}}', NULL, '2026-11-27 05:02:59+00');
INSERT INTO public.events VALUES (2, 1, true, '{"type":"account.created","domain":null,"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:02:59Z","changes":{"name":"Acme"}}', NULL, '2026-11-27 05:02:59+00');
INSERT INTO public.events VALUES (1, 3, false, '{"type":"domain.created","domain":{"id":1,"name":"example.org"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:02:59Z","changes":{}}', 1, '2026-11-27 05:02:59+00');
INSERT INTO public.events VALUES (1, 4, false, '{"type":"domain.created","domain":{"id":2,"name":"mail.example.net"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:00Z","changes":{}}', 2, '2026-11-27 05:03:00+00');
INSERT INTO public.events VALUES (1, 5, false, '{"type":"domain.created","domain":{"id":3,"name":"xn--bcher-kva.example"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:00Z","changes":{}}', 3, '2026-11-27 05:03:00+00');
INSERT INTO public.events VALUES (2, 2, false, '{"type":"domain.created","domain":{"id":4,"name":"example.com"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:00Z","changes":{}}', 4, '2026-11-27 05:03:00+00');
INSERT INTO public.events VALUES (1, 6, true, '{"type":"token.created","domain":{"id":1,"name":"example.org"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:01Z","changes":{"token_id":3,"name":"Share link for example.org","scopes":["share"]}}', 1, '2026-11-27 05:03:01+00');
INSERT INTO public.events VALUES (2, 3, true, '{"type":"token.created","domain":null,"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:01Z","changes":{"token_id":4,"name":"reader","scopes":["domains:read"]}}', NULL, '2026-11-27 05:03:01+00');
INSERT INTO public.events VALUES (1, 7, false, '{"type":"domain.deleted","domain":{"id":2,"name":"mail.example.net"},"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:01Z","changes":{}}', 2, '2026-11-27 05:03:01+00');
INSERT INTO public.events VALUES (2, 4, true, '{"type":"account.renamed","domain":null,"actor":{"kind":"token","token_id":1,"address":"127.0.0.1"},"at":"2026-11-27T05:03:02Z","changes":{"name":{"from":"Acme","to":"Acme Help"}}}', NULL, '2026-11-27 05:03:02+00');
INSERT INTO public.letterhead_migrations VALUES (1, '2026-11-27 05:02:58.28407+00');
INSERT INTO public.rate_rounds VALUES ('bf4b4df3-ed9f-4231-9a5a-a2647ed7f0e5', 1, '{"0:1":2,"1:1":2,"5:1":1,"6:1":1}', '2026-11-27 05:03:00.013524+00');
INSERT INTO public.rate_rounds VALUES ('bf4b4df3-ed9f-4231-9a5a-a2647ed7f0e5', 2, '{"0:1":5,"1:1":5,"3:1":1,"4:1":1}', '2026-11-27 05:03:01.014893+00');
INSERT INTO public.rate_rounds VALUES ('bf4b4df3-ed9f-4231-9a5a-a2647ed7f0e5', 3, '{"0:1":4,"1:1":4,"5:1":2,"6:1":2}', '2026-11-27 05:03:02.135334+00');
INSERT INTO public.settings VALUES ('secret_key_check', 'v1.YJ6nSRpugccs792WeGAF4RJBaznYjJfgO886HKFomt9y7zqlmTRLr40_cyogaLl0');
INSERT INTO public.tokens VALUES (3, 1, '{"domain_id":1,"name":"Share link for example.org","prefix":"lh_qlcI","hash":"dLrh-eoFSMarXSaNEDoNgWmscsPL1Waxdy65sT505LY","scopes":["share"],"expires_at":"2026-12-04T05:03:01Z","created_at":"2026-11-27T05:03:01Z","id":3,"account_id":1}', 1, 'dLrh-eoFSMarXSaNEDoNgWmscsPL1Waxdy65sT505LY', NULL);
INSERT INTO public.tokens VALUES (4, 2, '{"domain_id":null,"name":"reader","prefix":"lh_F9WF","hash":"5e5UcMTnErJF5C9bpJ9PCnw_2-ZThfmItH-HWdbOAjI","scopes":["domains:read"],"expires_at":null,"created_at":"2026-11-27T05:03:01Z","id":4,"account_id":2}', NULL, '5e5UcMTnErJF5C9bpJ9PCnw_2-ZThfmItH-HWdbOAjI', NULL);
INSERT INTO public.tokens VALUES (1, 1, '{"domain_id":null,"name":"First token","prefix":"lh_dump","hash":"GviEvoM7P6onHyCEHZv06nwm7pCKJuSq-BDWQTYluNw","scopes":["domains:read","domains:write","domains:sign","admin"],"expires_at":null,"created_at":"2026-11-27T05:02:59Z","id":1,"account_id":1}', NULL, 'GviEvoM7P6onHyCEHZv06nwm7pCKJuSq-BDWQTYluNw', '2026-11-27 05:03:01+00');
INSERT INTO public.writes VALUES ('f7496544-e925-4060-ad53-72480090c8c9', NULL, '2026-11-27 05:02:59.755945+00');
INSERT INTO public.writes VALUES ('074a2988-f7c7-4850-aa81-e4e5cb817af7', 2, '2026-11-27 05:02:59.733986+00');
INSERT INTO public.writes VALUES ('c799f220-9b00-4e8f-9030-990d35c0e04d', 1, '2026-11-27 05:02:59.829438+00');
INSERT INTO public.writes VALUES ('4e7511b4-17fd-4968-88fc-084bbb78ce88', 3, '2026-11-27 05:02:59.995653+00');
INSERT INTO public.writes VALUES ('93086a82-7ee5-4b63-a487-b8b6ea41e423', 4, '2026-11-27 05:03:00.200295+00');
INSERT INTO public.writes VALUES ('f4a91555-f15d-4d54-b024-3fe8e93a2147', 5, '2026-11-27 05:03:00.406612+00');
INSERT INTO public.writes VALUES ('6fad91b8-eee3-4834-8875-7f68ed0b3aba', 2, '2026-11-27 05:03:00.467831+00');
INSERT INTO public.writes VALUES ('6bce8836-e8b2-48f7-8e0c-bf4d25958044', 6, '2026-11-27 05:03:01.252963+00');
INSERT INTO public.writes VALUES ('cf62c2a4-75df-4c81-a84f-87d9cf5b7d1f', 3, '2026-11-27 05:03:01.529378+00');
INSERT INTO public.writes VALUES ('7a5d70df-e9c7-4e4d-ac12-f5f4d12a130a', 7, '2026-11-27 05:03:01.700279+00');
INSERT INTO public.writes VALUES ('820000b0-a7bc-4aad-abf5-f89ab8d6d960', 4, '2026-11-27 05:03:02.094124+00');
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
