using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Browser.Tests;

/// <summary>One server without any run, an admin signed in, and a review queue of any length written past it: no film has to be decoded for a page.</summary>
public sealed class DeskStudio : IAsyncLifetime
{
    private static readonly TimeBase TimeBase = new(1, 1000);
    private static readonly long[] Stamps = [0, 1000, 2000, 3000];
    private string? _cookies;

    /// <summary>The server.</summary>
    public AppServer Server { get; private set; } = null!;

    /// <summary>The browser.</summary>
    public Browser Browser { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Browser = await Browser.StartAsync();
        Server = await AppServer.StartAsync(demo: false, CancellationToken.None);
        await using var visitor = await Browser.VisitAsync(Server.Address);
        await visitor.Page.GotoAsync(await Server.SetupLinkAsync(CancellationToken.None));
        await visitor.By("setup-name").FillAsync(Studio.Admin);
        await visitor.Page.Locator("input[type=password]").FillAsync(Studio.Password);
        await visitor.By("setup-submit").ClickAsync();
        await visitor.By("home-submit").First.WaitForAsync();
        _cookies = await visitor.Page.Context.StorageStateAsync();
    }

    /// <summary>The admin at a page of their own.</summary>
    public Task<Visitor> AdminAsync(int width = 1440, int height = 900, bool isDark = false) => Browser.VisitAsync(Server.Address, width, height, isDark, _cookies);

    /// <summary>
    /// Adds items named <c>name-000.mp4</c> and so on, oldest first. Each belongs to a finished run of its own with four frames, of which the two in the
    /// middle are flagged with the label.
    /// </summary>
    public async Task<ImmutableArray<Guid>> AddAsync(string name, int count, string label, ReviewKind kind, CancellationToken ct, Func<ReviewItem, ReviewItem>? change = null)
    {
        var ids = ImmutableArray.CreateBuilder<Guid>(count);
        await using var services = Server.Services();
        var (store, queue) = (services.GetRequiredService<IRunStore>(), services.GetRequiredService<IReviewQueue>());
        var blobs = new DiskBlobStore(Path.Combine(Server.Folder, "blobs"));
        var now = TimeProvider.System.GetUtcNow();
        for (var i = 0; i < count; i++)
        {
            var run = Make(name, i, now.AddMinutes(i - count));
            await store.AddAsync(run, ct);
            await store.SaveProgressAsync(run.Id, run.Funnel, Facts, ct);
            var frames = ImmutableArray.CreateBuilder<Candidate>();
            foreach (var stamp in Stamps)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"thumbs/{run.Id}/{stamp}.jpg");
                await blobs.PutAsync(key, Picture(stamp), ct);
                await blobs.PutAsync(string.Create(CultureInfo.InvariantCulture, $"frames/{run.Id}/{stamp}.jpg"), Picture(stamp), ct);
                frames.Add(Frame(stamp, key, label));
            }

            await store.SaveCandidatesAsync(run.Id, frames.ToImmutable(), run.Funnel, ct);
            var item = Item(run, label, kind);
            ids.Add((await queue.AddAsync(change?.Invoke(item) ?? item, ct)).Id);
        }

        return ids.MoveToImmutable();
    }

    /// <summary>Lets somebody else hold an item for an hour.</summary>
    public async Task ClaimAsOtherAsync(Guid id, CancellationToken ct)
    {
        await using var services = Server.Services();
        var other = new Actor("someone-else", "Bea Kaya", Rights.Review);
        (await services.GetRequiredService<IReviewQueue>().TryClaimAsync(id, other, TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(1), ct)).ShouldNotBeNull();
    }

    /// <summary>Adds to what a person saw today.</summary>
    public async Task AddExposureAsync(string userId, string queue, int items, CancellationToken ct)
    {
        await using var services = Server.Services();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var ledger = services.GetRequiredService<IReviewLedger>();
        for (var i = 0; i < items; i++)
        {
            await ledger.AddExposureAsync(userId, today, queue, TimeSpan.FromMinutes(2) / items, Guid.NewGuid(), ct);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }
    }

    private static MediaFacts Facts { get; } = new("video", "mp4", "h264", "yuv420p", 640, 360, TimeSpan.FromSeconds(4), 1, 0, TimeBase, null);

    private static Run Make(string name, int number, DateTimeOffset at) => new()
    {
        Id = RunId.New(at),
        OwnerId = "nobody",
        SourceName = $"{name}-{number:000}.mp4",
        MediaSha256 = name.PadRight(64, '0'),
        MediaKey = $"media/{name}",
        MediaBytes = 1,
        Recipe = BuiltInRecipes.BestFrames,
        State = RunState.Done,
        Reason = "Done.",
        CreatedAt = at,
    };

    private static Candidate Frame(long stamp, string key, string label) => new(
        new Pts(stamp, TimeBase), (int)(stamp / 1000), ImmutableSortedDictionary<string, float>.Empty.Add("quality", 0.5f), (ulong)stamp, key, [],
        new Judgement(new Verdict(Decision.Escalate, "In doubt.", "test", label, 0.55), [new Finding(label, 0.55, "test", "1")]));

    private static ReviewItem Item(Run run, string label, ReviewKind kind) => new()
    {
        Id = Guid.CreateVersion7(run.CreatedAt),
        RunId = run.Id,
        Kind = kind,
        State = ReviewState.Waiting,
        CreatedAt = run.CreatedAt,
        Frames = [.. Stamps[1..3].Select(s => new Pts(s, TimeBase))],
        TopLabel = label,
        TopConfidence = 0.55,
        Queue = ReviewQueues.Of(label),
        Severity = ReviewQueues.SeverityOf(label),
    };

    // A coloured picture with something in it that moves from frame to frame.
    private static byte[] Picture(long stamp)
    {
        var image = new RgbImage(640, 360, new byte[640 * 360 * 3]);
        for (var i = 0; i < 640 * 360; i++)
        {
            var (x, y) = (i % 640, i / 640);
            var isDisc = ((x - 160 - (stamp / 10)) * (x - 160 - (stamp / 10))) + ((y - 180) * (y - 180)) < 90 * 90;
            (image.Pixels[i * 3], image.Pixels[(i * 3) + 1], image.Pixels[(i * 3) + 2]) = isDisc ? ((byte)230, (byte)120, (byte)60) : ((byte)(x / 4), (byte)(90 + (y / 4)), (byte)(200 - (x / 5)));
        }

        return new JpegCodec().Encode(image, 85);
    }
}
