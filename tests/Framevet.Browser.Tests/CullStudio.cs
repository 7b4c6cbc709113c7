using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.Playwright.Assertions;

namespace Framevet.Browser.Tests;

/// <summary>The classes that share one such studio.</summary>
[CollectionDefinition]
public sealed class CullCollection : ICollectionFixture<CullStudio>;

/// <summary>A studio with long finished runs: their frames are written past the server, their pictures are those of the demo.</summary>
public sealed class CullStudio : Studio
{
    private ImmutableArray<string> _thumbs = [];
    private Run? _demo;

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await using var services = Server.Services();
        var store = services.GetRequiredService<IRunStore>();
        var runs = services.GetRequiredService<Data.Queries.RunsQuery>();
        var id = (await runs.PageAsync(new Data.Queries.RunsFilter(), 0, 1, CancellationToken.None)).Rows.Single().Id;
        for (var attempt = 0; attempt < 300 && _thumbs.Length < 8; attempt++)
        {
            await Task.Delay(200);
            _thumbs = [.. (await store.CandidatesAsync(id, CancellationToken.None)).Select(c => c.ThumbKey).OfType<string>()];
            _demo = await store.GetAsync(id, CancellationToken.None);
        }
    }

    /// <summary>
    /// A finished run of so many frames, 25 a second, in scenes of 250; four frames in a row look alike. Every twentieth is lost, every fiftieth is in doubt, every hundredth blocked. Returns
    /// its id.
    /// </summary>
    public Task<RunId> SeedAsync(string name, int frames, CancellationToken ct) => SeedAsync(name, frames, RunState.Done, null, passes: true, ct);

    /// <summary>The same in another state: failed where a failure is given; with no frame that passes its gates where <paramref name="passes"/> is false.</summary>
    public async Task<RunId> SeedAsync(string name, int frames, RunState state, RunFailure? failure, bool passes, CancellationToken ct)
    {
        await using var services = Server.Services();
        var store = services.GetRequiredService<IRunStore>();
        var run = _demo! with { Id = RunId.New(TimeProvider.System.GetUtcNow()), SourceName = name, State = RunState.Running, CreatedAt = TimeProvider.System.GetUtcNow(), Revision = 0 };
        await store.AddAsync(run, ct);
        var random = new Random(7);
        var looks = Enumerable.Range(0, (frames / 4) + 1).Select(_ => unchecked((ulong)random.NextInt64(long.MinValue, long.MaxValue))).ToArray();
        foreach (var batch in Enumerable.Range(0, frames).Chunk(2000))
        {
            await store.SaveCandidatesAsync(run.Id, [.. batch.Select(i => Frame(i, looks[i / 4], random, passes))], new Funnel(Decoded: frames, Sampled: frames), ct);
        }

        var firsts = Enumerable.Range(0, (frames + 249) / 250).Select(s => s * 250).ToArray();
        await store.SaveScenesAsync(run.Id, [.. firsts.Select((first, i) => new Scene(i + 1, Stamp(first), Stamp(Math.Min(first + 249, frames - 1))))], ct);
        await store.TryMoveAsync(run.Id, RunState.Running, state, failure?.Detail ?? "Finished.", failure, ct);
        return run.Id;
    }

    /// <summary>A new account of one role, invited by the admin and signed in.</summary>
    public async Task<Visitor> SignInAsync(string name, string role)
    {
        await using var ada = await AdminAsync();
        await ada.Page.GotoAsync("users");
        await ada.By("users").WaitForAsync();
        await ada.By("user-new").ClickAsync();
        await ada.By("user-name").FillAsync(name);
        await ada.By($"role-{role}").CheckAsync();
        await ada.By("user-create").ClickAsync();
        var link = await ada.By("invite-link").Locator("code").TextContentAsync();
        var visitor = await Browser.VisitAsync(Server.Address);
        await visitor.Page.GotoAsync(link!);
        foreach (var field in await visitor.Page.Locator("input[type=password]").AllAsync())
        {
            await field.FillAsync(Password);
        }

        await visitor.By("invite-submit").ClickAsync();
        await visitor.Page.GotoAsync("runs");
        if (await visitor.By("login-form").IsVisibleAsync())
        {
            await visitor.By("login-name").FillAsync(name);
            await visitor.By("login-password").FillAsync(Password);
            await visitor.By("login-submit").ClickAsync();
        }

        await visitor.By("runs").WaitForAsync();
        return visitor;
    }

    /// <summary>Every mark of a run.</summary>
    public async Task<List<FrameMark>> MarksAsync(RunId run)
    {
        await using var services = Server.Services();
        return [.. await services.GetRequiredService<MarkStore>().ChangedAsync(run, 0, 10_000, TestContext.Current.CancellationToken)];
    }

    /// <summary>
    /// Pictures of a page beside the tests, wide and narrow in both themes: to be looked at. Nothing may stick out to the side. <paramref name="prepare"/> does what has to be done on the page first.
    /// </summary>
    public async Task ShootAsync(string name, string address, Func<Visitor, Task>? prepare = null, string landmark = "[data-testid=matching], [data-testid=panes], [data-testid=stage]")
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots"));
        foreach (var (width, isDark) in ((int, bool)[])[(1440, false), (1440, true), (390, false), (390, true)])
        {
            await using var ada = await AdminAsync(width, width == 390 ? 844 : 900, isDark);
            await ada.Page.GotoAsync(address);
            await Expect(ada.Page.Locator(landmark).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
            await Expect(ada.Page.Locator("html[data-keys], [data-testid=guest-frames]")).ToHaveCountAsync(1, new() { Timeout = 60_000 });
            await (prepare?.Invoke(ada) ?? Task.CompletedTask);
            await Task.Delay(700);
            await ada.Page.WaitForFunctionAsync("() => [...document.images].filter(i => { const b = i.getBoundingClientRect(); return b.top < innerHeight && b.bottom > 0; }).filter(i => !i.complete).length <= 2");
            await ada.Page.ScreenshotAsync(new() { Path = Path.Combine(folder.FullName, $"{name}-{width}-{(isDark ? "dark" : "light")}.png") });
            (await ada.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue($"{name} at {width}");
        }
    }

    private static FrameStamp Stamp(int i) => new(i, new Pts(i * 512L, new TimeBase(1, 12800)));

    private Candidate Frame(int i, ulong look, Random random, bool passes)
    {
        var verdict = i % 100 == 99 ? new Verdict(Decision.Block, "Explicit.", "policy") : i % 50 == 49 ? new Verdict(Decision.Escalate, "In doubt.", "policy") : new Verdict(Decision.Allow, "Nothing seen.", "policy");
        var wave = 50 + (35 * Math.Sin(i / 90.0)) + (random.NextDouble() * 15);
        var scores = ImmutableSortedDictionary<string, float>.Empty.Add("quality", (float)wave).Add("sharpness", (float)(wave * 8 * random.NextDouble())).Add("contrast", random.NextSingle() * 100)
            .Add("brightness", random.NextSingle() * 100).Add("entropy", random.NextSingle() * 8);
        return new Candidate(new Pts(i * 512L, new TimeBase(1, 12800)), i, scores, look, _thumbs[i / 4 % _thumbs.Length],
            i % 20 == 5 || !passes ? [new Loss(LossStage.Gating, "threshold", "sharpness 12.1 is below 30")] : [], new Judgement(verdict, []));
    }
}
