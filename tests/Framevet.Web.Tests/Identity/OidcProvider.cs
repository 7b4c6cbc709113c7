using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Framevet.Web.Tests.Identity;

/// <summary>A small OpenID Connect provider on loopback: discovery, keys, code with PKCE, signed id tokens. It can be told to lie.</summary>
internal sealed class OidcProvider : IAsyncDisposable
{
    /// <summary>Name and secret of the one client.</summary>
    public const string ClientId = "framevet-test", ClientSecret = "a secret of the test";

    private readonly WebApplication _app;
    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _foreignKey = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, Asked> _codes = new();

    private OidcProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Lie == OidcLie.Document ? "https://elsewhere.example" : Issuer,
            ["authorization_endpoint"] = $"{Issuer}/authorize",
            ["token_endpoint"] = $"{Issuer}/token",
            ["jwks_uri"] = $"{Issuer}/keys",
            ["end_session_endpoint"] = $"{Issuer}/logout",
            ["response_types_supported"] = Words("code"),
            ["subject_types_supported"] = Words("public"),
            ["id_token_signing_alg_values_supported"] = Words("RS256"),
            ["code_challenge_methods_supported"] = Words("S256"),
        }));
        _app.MapGet("/keys", () =>
        {
            var key = _key.ExportParameters(false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "one", n = Base64(key.Modulus!), e = Base64(key.Exponent!) } } });
        });
        _app.MapGet("/authorize", (HttpContext http) =>
        {
            var query = http.Request.Query;
            LastAsked = query.ToDictionary(q => q.Key, q => q.Value.ToString()).ToImmutableDictionary();
            var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            _codes[code] = new Asked(query["nonce"]!, query["code_challenge"]!, query["redirect_uri"]!);
            return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"]!)}");
        });
        _app.MapPost("/token", async (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            if (!_codes.TryRemove(form["code"].ToString(), out var asked) || form["client_id"] != ClientId || form["client_secret"] != ClientSecret || form["redirect_uri"] != asked.RedirectUri
                || Base64(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != asked.Challenge)
            {
                return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
            }

            Exchanges++;
            return Results.Json(new { access_token = "unused", token_type = "Bearer", expires_in = 60, id_token = Token(asked.Nonce) });
        });
    }

    /// <summary>What the provider lies about.</summary>
    public OidcLie Lie { get; set; }

    /// <summary>Subject of whoever signs in next.</summary>
    public string Subject { get; set; } = "subject-1";

    /// <summary>Further claims of them.</summary>
    public ImmutableDictionary<string, object> Claims { get; set; } = ImmutableDictionary<string, object>.Empty;

    /// <summary>Parameters of the last authorization request.</summary>
    public ImmutableDictionary<string, string> LastAsked { get; private set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Codes that became tokens.</summary>
    public int Exchanges { get; private set; }

    /// <summary>Where it is.</summary>
    public string Issuer => _app.Urls.First();

    /// <summary>Starts one.</summary>
    public static async Task<OidcProvider> StartAsync(CancellationToken ct)
    {
        var provider = new OidcProvider();
        await provider._app.StartAsync(ct);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
        _foreignKey.Dispose();
    }

    private string Token(string nonce)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var shift = Lie == OidcLie.Expired ? -7200 : 0;
        var payload = Claims.SetItem("iss", Lie is OidcLie.Issuer or OidcLie.Document ? "https://elsewhere.example" : Issuer).SetItem("aud", Lie == OidcLie.Audience ? "another-client" : ClientId)
            .SetItem("sub", Subject).SetItem("nonce", Lie == OidcLie.Nonce ? "replayed" : nonce).SetItem("iat", now + shift).SetItem("nbf", now + shift).SetItem("exp", now + shift + 300);
        var header = Lie == OidcLie.NoSignature ? """{"alg":"none","typ":"JWT"}""" : """{"alg":"RS256","kid":"one","typ":"JWT"}""";
        var text = $"{Base64(Encoding.UTF8.GetBytes(header))}.{Base64(JsonSerializer.SerializeToUtf8Bytes(payload))}";
        var signer = Lie == OidcLie.Signature ? _foreignKey : _key;
        return $"{text}.{(Lie == OidcLie.NoSignature ? "" : Base64(signer.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))}";
    }

    private static string[] Words(params string[] words) => words;

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private sealed record Asked(string Nonce, string Challenge, string RedirectUri);
}

/// <summary>Something that a provider, or somebody in its place, can get wrong.</summary>
public enum OidcLie
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The nonce of another sign-in.</summary>
    Nonce,

    /// <summary>A token for another client.</summary>
    Audience,

    /// <summary>A token of another issuer.</summary>
    Issuer,

    /// <summary>A document and a token of another issuer.</summary>
    Document,

    /// <summary>A token of two hours ago.</summary>
    Expired,

    /// <summary>A signature of another key.</summary>
    Signature,

    /// <summary>No signature.</summary>
    NoSignature,
}
