using System.Collections.Immutable;
using System.Text;
using Framevet.Pipeline.Tests.Moderation.Remote;
using Framevet.Pipeline.Webhooks;
using Framevet.TestKit;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Webhooks;

public sealed class WebhookSenderSpecs
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Outbox _outbox = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task News_arrives_signed_with_the_secret_of_its_address()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (204, ""), Ct);
        _outbox.Add(server.Address, "{\"id\":\"verdict/1\"}", _clock.GetUtcNow());
        using var sender = Sender();

        (await sender.SendDueAsync(Ct)).ShouldBe(1);
        (await sender.SendDueAsync(Ct)).ShouldBe(0);

        var request = server.Requests.Single();
        Encoding.UTF8.GetString(request.Body).ShouldBe("{\"id\":\"verdict/1\"}");
        WebhookSignature.IsValid(request.Headers[WebhookSignature.Header], "{\"id\":\"verdict/1\"}", "secret", _clock.GetUtcNow(), TimeSpan.FromMinutes(5)).ShouldBeTrue();
        request.Headers["Framevet-Event"].ShouldBe("verdict");
        _outbox.Single.State.ShouldBe(WebhookState.Delivered);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(302)]
    [InlineData(0)]
    public async Task What_is_not_taken_is_sent_again_until_it_is_or_a_day_is_over(int status)
    {
        var isUp = false;
        await using var server = await LoopbackServer.StartAsync((_, _, _) => isUp ? (200, "") : (status, ""), Ct);
        _outbox.Add(server.Address, "{}", _clock.GetUtcNow());
        using var sender = Sender();

        await sender.SendDueAsync(Ct);
        _outbox.Single.State.ShouldBe(WebhookState.Waiting);
        _outbox.Single.LastError.ShouldNotBeNull();
        (await sender.SendDueAsync(Ct)).ShouldBe(0, "not before its time");
        _clock.Advance(TimeSpan.FromMinutes(1));
        isUp = true;
        await sender.SendDueAsync(Ct);
        _outbox.Single.State.ShouldBe(WebhookState.Delivered);
        server.Requests.Count.ShouldBe(2);

        isUp = false;
        _outbox.Add(server.Address, "{}", _clock.GetUtcNow());
        for (var hour = 0; hour < 30 && _outbox.Single.State == WebhookState.Waiting; hour++)
        {
            await sender.SendDueAsync(Ct);
            _clock.Advance(TimeSpan.FromHours(1.6));
        }

        _outbox.Single.State.ShouldBe(WebhookState.Failed);
        _outbox.Single.Attempts.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Nothing_is_sent_unsigned_when_the_secret_cannot_be_read()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, ""), Ct);
        _outbox.Add(server.Address, "{}", _clock.GetUtcNow(), secret: null);
        using var sender = Sender();

        await sender.SendDueAsync(Ct);

        server.Requests.ShouldBeEmpty();
        _outbox.Single.State.ShouldBe(WebhookState.Waiting);
        _outbox.Single.LastError!.ShouldContain("secret");
    }

    [Fact]
    public async Task This_machine_is_not_reached_unless_the_operator_allows_it()
    {
        await using var server = await LoopbackServer.StartAsync((_, _, _) => (200, ""), Ct);
        _outbox.Add(server.Address, "{}", _clock.GetUtcNow());
        using var sender = new WebhookSender(_outbox, Options.Create(new WebhookOptions()), new Framevet.Pipeline.Outbound.OutboundWall(Options.Create(new Framevet.Pipeline.Outbound.OutboundOptions())), _clock);

        await sender.SendDueAsync(Ct);

        server.Requests.ShouldBeEmpty();
        _outbox.Single.LastError!.ShouldContain("no public address");
    }

    private WebhookSender Sender() => new(_outbox, Options.Create(new WebhookOptions { AllowLoopback = true }), new Framevet.Pipeline.Outbound.OutboundWall(Options.Create(new Framevet.Pipeline.Outbound.OutboundOptions())), _clock);

    /// <summary>One delivery in memory.</summary>
    private sealed class Outbox : IWebhookStore
    {
        private WebhookTarget? _target;

        public WebhookDelivery Single { get; private set; } = default!;

        public void Add(Uri address, string body, DateTimeOffset now, string? secret = "secret")
        {
            _target = new WebhookTarget(Guid.NewGuid(), "test", address, secret, [WebhookKinds.Verdict], true, "Ada", now);
            Single = new WebhookDelivery(1, _target.Id, "verdict/1", "verdict", body, WebhookState.Waiting, 0, now, now, now, null, null, null);
        }

        public Task<ImmutableArray<WebhookTarget>> TargetsAsync(CancellationToken ct) => Task.FromResult<ImmutableArray<WebhookTarget>>([_target!]);

        public Task<ImmutableArray<WebhookDelivery>> TakeDueAsync(DateTimeOffset now, TimeSpan lease, int take, CancellationToken ct) =>
            Task.FromResult<ImmutableArray<WebhookDelivery>>(Single.State == WebhookState.Waiting && Single.NextAt <= now ? [Single] : []);

        public Task CloseAsync(long id, WebhookState state, int? status, string? error, DateTimeOffset? nextAt, DateTimeOffset at, CancellationToken ct)
        {
            Single = Single with { State = state, LastStatus = status, LastError = error, NextAt = nextAt, LastAt = at, Attempts = Single.Attempts + 1 };
            return Task.CompletedTask;
        }

        public Task SaveAsync(WebhookTarget target, CancellationToken ct) => throw new NotSupportedException();

        public Task<int> SealSecretsAsync(CancellationToken ct) => throw new NotSupportedException();

        public Task<bool> RemoveAsync(Guid id, CancellationToken ct) => throw new NotSupportedException();

        public Task AddAsync(WebhookEvent news, Guid target, CancellationToken ct) => throw new NotSupportedException();

        public Task AddAsync(WebhookEvent news, CancellationToken ct) => throw new NotSupportedException();

        public Task<(ImmutableArray<WebhookDelivery> Deliveries, int Total)> PageAsync(Guid? target, WebhookState? state, int skip, int take, CancellationToken ct) => throw new NotSupportedException();

        public Task<WebhookDelivery?> GetAsync(long id, CancellationToken ct) => throw new NotSupportedException();

        public Task<bool> ReplayAsync(long id, DateTimeOffset now, CancellationToken ct) => throw new NotSupportedException();
    }
}
