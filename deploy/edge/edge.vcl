vcl 4.1;
# The edge: keeps photos and hashed assets for a day, hands on everything else. Names between @ signs are filled in by deploy/edge/run.

import std;
import xkey;

backend lb {
    .host = "127.0.0.1";
    .port = "@MINIGRAM_PORT_LB@";
    .connect_timeout = 1s;
    # As long as the lb itself waits for an upload to be answered.
    .first_byte_timeout = 65s;
    .between_bytes_timeout = 15s;
}

sub vcl_recv {
    if (local.socket == "purge") {
        call purge_by_tag;
    }
    # The address of this connection replaces whatever the client claims to be.
    set req.http.X-Forwarded-For = client.ip;
    unset req.http.X-Edge-Secret;
    unset req.http.X-Forwarded-Proto;
    unset req.http.X-Request-Id;
    unset req.http.X-Real-IP;
    unset req.http.Proxy;

    if (req.method !~ "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$") {
        return (synth(405));
    }
    if (req.url !~ "^/(media|assets)/" || req.method !~ "^(GET|HEAD)$") {
        set req.http.X-Cacheable = "no";
        return (pass);
    }
    # One object per address and encoding, whoever asks and however they ask.
    unset req.http.X-Cacheable;
    unset req.http.Cookie;
    unset req.http.Authorization;
    set req.url = regsub(req.url, "\?.*$", "");
    if (req.url ~ "^/media/") {
        unset req.http.Accept-Encoding;
    } elsif (req.http.Accept-Encoding ~ "br") {
        set req.http.Accept-Encoding = "br";
    } elsif (req.http.Accept-Encoding ~ "gzip") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    return (hash);
}

# The separate listener takes purges and nothing else: `PURGE /` with `xkey-purge: tag1 tag2`.
sub purge_by_tag {
    if (req.http.X-Edge-Secret != "@secret:edge@") {
        return (synth(403));
    }
    if (req.method != "PURGE") {
        return (synth(405));
    }
    if (!req.http.xkey-purge) {
        return (synth(400));
    }
    set req.http.X-Purged = xkey.purge(req.http.xkey-purge);
    return (synth(200));
}

sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_hit {
    set req.http.X-Cache = "hit; ttl=" + std.integer(duration=obj.ttl);
}

sub vcl_miss {
    set req.http.X-Cache = "fwd=miss";
}

sub vcl_pass {
    if (req.http.X-Cacheable == "no") {
        set req.http.X-Cache = "fwd=bypass";
    } else {
        set req.http.X-Cache = "fwd=miss";
    }
}

sub vcl_backend_fetch {
    set bereq.http.X-Edge-Secret = "@secret:edge@";
    if (bereq.http.X-Cacheable != "no") {
        set bereq.first_byte_timeout = 5s;
        set bereq.between_bytes_timeout = 5s;
    }
    unset bereq.http.X-Cacheable;
    unset bereq.http.X-Cache;
}

sub vcl_backend_response {
    if (bereq.uncacheable && bereq.url !~ "^/(media|assets)/") {
        set beresp.uncacheable = true;
        return (deliver);
    }
    # While the origin fails, what we have stays good for its grace period.
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    unset beresp.http.Set-Cookie;
    if (beresp.status == 200 && beresp.http.Cache-Control !~ "no-store|private") {
        set beresp.ttl = 1d;
        set beresp.grace = 1d;
        set beresp.keep = 1h;
    } else {
        # Absent, gone or broken: asked for again each time, so that a photo that appears is there.
        set beresp.uncacheable = true;
        set beresp.ttl = 1s;
        set beresp.grace = 0s;
    }
    return (deliver);
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    if (resp.http.Cache-Status) {
        set resp.http.Cache-Status = resp.http.Cache-Status + ", " + server.identity + "; " + req.http.X-Cache;
    } else {
        set resp.http.Cache-Status = server.identity + "; " + req.http.X-Cache;
    }
    if (req.http.X-Cache == "fwd=miss" && obj.ttl > 1s) {
        set resp.http.Cache-Status = resp.http.Cache-Status + "; stored";
    }
    if (obj.hits > 0) {
        # The stored id belongs to the request that filled the cache.
        set resp.http.X-Request-Id = server.identity + "-" + req.xid;
    }
    # The edge's day is not the browser's hour: an honest Age would make photos stale in the browser one hour after the fill.
    if (req.url ~ "^/media/") {
        unset resp.http.Age;
    }
}

sub vcl_synth {
    unset resp.http.X-Varnish;
    unset resp.http.Server;
    set resp.http.Content-Type = "application/problem+json";
    set resp.http.Cache-Control = "no-store";
    if (resp.status == 200) {
        set resp.http.Content-Type = "application/json";
        set resp.body = {"{"purged":"} + req.http.X-Purged + "}";
    } elsif (resp.status == 405) {
        set resp.http.Allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
        set resp.body = {"{"type":"about:blank","status":405,"code":"request.method_not_allowed","title":"This address does not take that method","requestId":""} + req.xid + {"" }"};
    } else {
        set resp.body = {"{"type":"about:blank","status":"} + resp.status + {","code":"request.invalid","title":""} + resp.reason + {"","requestId":""} + req.xid + {"" }"};
    }
    return (deliver);
}

sub vcl_backend_error {
    set beresp.status = 503;
    unset beresp.http.Server;
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "1";
    set beresp.body = {"{"type":"about:blank","status":503,"code":"service.unavailable","title":"The service is not available at the moment","requestId":""} + bereq.xid + {"" }"};
    set beresp.uncacheable = true;
    set beresp.ttl = 0s;
    return (deliver);
}
