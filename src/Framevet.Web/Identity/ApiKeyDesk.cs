using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Runs;

namespace Framevet.Web.Identity;

/// <summary>API keys of a user. Only a hash of the secret is stored. Thread-safe.</summary>
public sealed class ApiKeyDesk(ApiKeyStore store, IAuditTrail audit, TimeProvider time)
{
    private const int MaxName = 100;

    /// <summary>Makes a key for the actor; its secret is in the answer and nowhere else.</summary>
    /// <exception cref="VettingException">InvalidRequest (name, scopes, expiry in the past).</exception>
    public async Task<NewApiKey> CreateAsync(string name, ImmutableArray<string> scopes, DateTimeOffset? expiresAt, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        name = (name ?? "").Trim();
        Require(name.Length is > 0 and <= MaxName, $"A key needs a name of at most {MaxName} characters.");
        Require(!scopes.IsDefaultOrEmpty, "A key needs at least one scope.");
        Require(scopes.All(s => Scopes.All.Contains(s)), $"Scopes are: {string.Join(", ", Scopes.All)}.");
        Require(expiresAt is null || expiresAt > time.GetUtcNow(), "The key would have expired already.");
        var key = await store.CreateAsync(actor.Id, name, [.. scopes.Distinct()], expiresAt, ct);
        await audit.AppendAsync(actor, "key.create", $"key/{key.Row.Id:N}", null, System.Text.Json.JsonSerializer.Serialize(key.Row, PipelineJson.Options), ct);
        return key;
    }

    /// <summary>Revokes a key of the actor; admins revoke anybody's.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task RevokeAsync(Guid id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!await store.RevokeAsync(id, actor.Has(Rights.Administer) ? null : actor.Id, ct))
        {
            throw new VettingException(FailureCode.NotFound, "There is no such key, or it is revoked already.");
        }

        await audit.AppendAsync(actor, "key.revoke", $"key/{id:N}", null, null, ct);
    }

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new VettingException(FailureCode.InvalidRequest, fault);
        }
    }
}
