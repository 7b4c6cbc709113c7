using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Runs;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Webhooks;

/// <summary>What admins do with webhooks, from page or API. Thread-safe.</summary>
public sealed class WebhookDesk(IWebhookStore store, IAuditTrail audit, IOptions<WebhookOptions> options, TimeProvider time)
{
    private const int MaxTake = 200;
    private const int MaxName = 80;

    /// <summary>All addresses.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public Task<ImmutableArray<WebhookTarget>> TargetsAsync(Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, "see webhooks");
        return store.TargetsAsync(ct);
    }

    /// <summary>Adds an address; the answer holds its secret, which is never shown again.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest, Conflict (too many).</exception>
    public async Task<WebhookTarget> AddAsync(string name, Uri address, ImmutableArray<string> kinds, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Administer, "change webhooks");
        Check(name, address, kinds);
        if ((await store.TargetsAsync(ct).ConfigureAwait(false)).Length >= options.Value.MaxTargets)
        {
            throw new VettingException(FailureCode.Conflict, $"There are {options.Value.MaxTargets} webhooks already, the most allowed.");
        }

        var now = time.GetUtcNow();
        var target = new WebhookTarget(Guid.CreateVersion7(now), name.Trim(), address, "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)), kinds, true, actor.Name, now);
        await store.SaveAsync(target, ct).ConfigureAwait(false);
        await AuditAsync(actor, "webhook.add", target, ct).ConfigureAwait(false);
        return target;
    }

    /// <summary>Switches an address on or off, or changes what it gets.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound, InvalidRequest.</exception>
    public async Task ChangeAsync(Guid id, ImmutableArray<string> kinds, bool isActive, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, "change webhooks");
        var target = await MustFindAsync(id, ct).ConfigureAwait(false);
        Check(target.Name, target.Address, kinds);
        var changed = target with { Kinds = kinds, IsActive = isActive };
        await store.SaveAsync(changed, ct).ConfigureAwait(false);
        await AuditAsync(actor, "webhook.change", changed, ct).ConfigureAwait(false);
    }

    /// <summary>Removes an address.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task RemoveAsync(Guid id, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, "change webhooks");
        var target = await MustFindAsync(id, ct).ConfigureAwait(false);
        await store.RemoveAsync(id, ct).ConfigureAwait(false);
        await AuditAsync(actor, "webhook.remove", target, ct).ConfigureAwait(false);
    }

    /// <summary>Sends something to see whether the address works.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task TestAsync(Guid id, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, "change webhooks");
        await MustFindAsync(id, ct).ConfigureAwait(false);
        var now = time.GetUtcNow();
        await store.AddAsync(WebhookEvent.Of($"test/{Guid.CreateVersion7(now):N}", WebhookKinds.Test, now, new { message = "Hello from Framevet." }), id, ct).ConfigureAwait(false);
    }

    /// <summary>Deliveries, newest first.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public Task<(ImmutableArray<WebhookDelivery> Deliveries, int Total)> PageAsync(Guid? target, WebhookState? state, int skip, int take, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, "see webhooks");
        return store.PageAsync(target, state, Math.Max(0, skip), Math.Clamp(take, 1, MaxTake), ct);
    }

    /// <summary>Sends a delivery again, with 24 hours of attempts from now on.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task ReplayAsync(long id, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Administer, "change webhooks");
        if (!await store.ReplayAsync(id, time.GetUtcNow(), ct).ConfigureAwait(false))
        {
            throw new VettingException(FailureCode.NotFound, $"There is no delivery {id}.");
        }

        await audit.AppendAsync(actor, "webhook.replay", $"delivery/{id}", null, null, CancellationToken.None).ConfigureAwait(false);
    }

    private void Check(string name, Uri address, ImmutableArray<string> kinds)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxName)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A webhook needs a name of at most {MaxName} characters.");
        }

        var isPlain = options.Value.AllowLoopback && address is { IsAbsoluteUri: true, IsLoopback: true, Scheme: "http" };
        if (address is not { IsAbsoluteUri: true } || !(address.Scheme == "https" || isPlain) || address.UserInfo.Length > 0)
        {
            throw new VettingException(FailureCode.InvalidRequest, "The address must begin with https:// and hold no user name.");
        }

        if (System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && AddressRules.SpecialUse(ip) is not null && !(options.Value.AllowLoopback && System.Net.IPAddress.IsLoopback(ip)))
        {
            throw new VettingException(FailureCode.InvalidRequest, "The address lies in a private network.");
        }

        if (kinds.IsDefaultOrEmpty || kinds.Any(k => !WebhookKinds.All.Contains(k)))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"A webhook asks for one or more of {string.Join(", ", WebhookKinds.All)}.");
        }
    }

    private async Task<WebhookTarget> MustFindAsync(Guid id, CancellationToken ct) =>
        (await store.TargetsAsync(ct).ConfigureAwait(false)).FirstOrDefault(t => t.Id == id) ?? throw new VettingException(FailureCode.NotFound, $"There is no webhook {id:N}.");

    private Task AuditAsync(Actor actor, string action, WebhookTarget target, CancellationToken ct) => audit.AppendAsync(
        actor, action, $"webhook/{target.Id:N}", null, JsonSerializer.Serialize(new { target.Name, address = target.Address.GetLeftPart(UriPartial.Path), target.Kinds, target.IsActive }, PipelineJson.Options), ct);
}
