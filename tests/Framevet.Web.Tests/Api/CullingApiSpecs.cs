using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using Framevet.Data.Stores;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Marks, stacks, sets and presets through the API.</summary>
public sealed class CullingApiSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Orders_mark_frames_named_or_filtered_once_and_undo_takes_them_back()
    {
        using var curator = await app.SignInAsync("cull-curator", [Roles.Curator], Ct);
        var run = await RunAsync(20);
        object[] orders =
        [
            new { key = "one", steps = new[] { new { frames = (long[])[0, 1], set = new { stars = 4 } } } },
            new { key = "rest", steps = new[] { new { filter = "stars=0", set = new { flag = "reject", addTags = (string[])["dull"] } } } },
            new { key = "one", steps = new[] { new { frames = (long[])[0, 1], set = new { stars = 4 } } } },
        ];

        var outcomes = (await PostAsync(curator, run, orders)).Outcomes;
        var undone = (await PostAsync(curator, run, [new { key = "back", kind = "undo" }])).Outcomes[0];

        outcomes.Select(o => (o.Changed, o.IsRepeat)).ShouldBe([(2, false), (18, false), (2, true)]);
        undone.Changed.ShouldBe(18);
        var marks = await curator.GetJsonAsync<MarksBody>($"{WebPaths.Runs}/{run}/marks", Ct);
        marks.Marks.Count(m => m.Stars == 4).ShouldBe(2);
        marks.Marks.ShouldAllBe(m => m.Flag == MarkFlag.None && m.Tags.IsEmpty);
        (await curator.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{run}/frames?filter=stars%3D4", Ct)).Items.Select(f => f.Pts).ShouldBe([0L, 1L]);
    }

    [Fact]
    public async Task Only_owners_and_curators_mark_and_bad_orders_change_nothing()
    {
        using var moderator = await app.SignInAsync("cull-moderator", [Roles.Moderator], Ct);
        using var curator = await app.SignInAsync("cull-second", [Roles.Curator], Ct);
        using var stranger = await app.SignInAsync("cull-stranger", [Roles.Submitter], Ct);
        var run = await RunAsync(3);
        var good = new { key = "g", steps = new[] { new { frames = (long[])[0], set = new { stars = 1 } } } };
        var bad = new { key = "b", steps = new[] { new { frames = (long[])[0], set = new { stars = 6 } } } };

        (await SendAsync(moderator, run, [good])).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(stranger, run, [good])).ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(curator, run, [good, bad])).ShouldBe(HttpStatusCode.BadRequest);
        (await curator.GetJsonAsync<MarksBody>($"{WebPaths.Runs}/{run}/marks", Ct)).Marks.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_may_not_know_labels_is_refused_and_does_not_mark_more_than_was_named()
    {
        using var curator = await app.SignInAsync("cull-labels", [Roles.Curator], Ct);
        var run = await RunAsync(3);

        (await SendAsync(curator, run, [new { key = "l", steps = new[] { new { filter = "label=nudity", set = new { flag = "reject" } } } }])).ShouldBe(HttpStatusCode.Forbidden);
        foreach (var what in (string[])["frames?filter=label%3Dnudity", "stacks?filter=label%3Dnudity", "diverse?filter=label%3Dnudity"])
        {
            using var answer = await curator.GetAsync(new Uri($"{WebPaths.Runs}/{run}/{what}", UriKind.Relative), Ct);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, what);
        }

        (await curator.GetJsonAsync<MarksBody>($"{WebPaths.Runs}/{run}/marks", Ct)).Marks.ShouldBeEmpty();
    }

    [Fact]
    public async Task Marks_are_news_for_everybody_who_follows_the_run()
    {
        using var curator = await app.SignInAsync("cull-news", [Roles.Curator], Ct);
        var run = await RunAsync(3);
        var events = app.Services.GetRequiredService<IRunEvents>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var heard = FirstAsync(events, run, stop.Token);

        await PostAsync(curator, run, [new { key = "n", steps = new[] { new { frames = (long[])[0, 2], set = new { colour = 3 } } } }]);

        var news = await heard;
        (news.Changed, news.By).ShouldBe((2, "cull-news"));
        news.Frames.ShouldBe([0L, 2L]);
    }

    [Fact]
    public async Task Stacks_and_sets_are_told_with_their_reasons()
    {
        using var curator = await app.SignInAsync("cull-stacks", [Roles.Curator], Ct);
        var run = await RunAsync(40);

        var stacks = await curator.GetJsonAsync<PageBody<StackBody>>($"{WebPaths.Runs}/{run}/stacks", Ct);
        var set = await curator.GetJsonAsync<DiverseSet>($"{WebPaths.Runs}/{run}/diverse?count=4", Ct);

        stacks.Total.ShouldBe(10);
        stacks.Items.ShouldAllBe(s => s.Frames.Length == 4 && s.Frames[0] == s.Best);
        set.Picks.Length.ShouldBe(4);
        set.From.ShouldBe(39, "a frame that no verdict allows is not chosen");
        set.Picks.Select(p => p.Pts / 4).ShouldBeUnique("no two of a stack");
        set.Picks.ShouldAllBe(p => p.Reason.Length > 0 && p.Pts != 5);
    }

    [Fact]
    public async Task Presets_are_saved_listed_and_removed()
    {
        using var curator = await app.SignInAsync("cull-preset", [Roles.Curator], Ct);
        using var other = await app.SignInAsync("cull-preset-2", [Roles.Curator], Ct);
        using var answer = await curator.PutAsJsonAsync(new Uri("/api/v1/presets", UriKind.Relative), new { name = "Sharp", query = "range=sharpness:30..", isShared = true }, Ct);
        var id = (await answer.ReadAsync<PresetId>(Ct)).Id;

        (await other.GetJsonAsync<ImmutableArray<FilterPreset>>("/api/v1/presets", Ct)).Single(p => p.Id == id).IsOwn.ShouldBeFalse();
        using var forbidden = await other.DeleteAsync(new Uri($"/api/v1/presets/{id}", UriKind.Relative), Ct);
        using var removed = await curator.DeleteAsync(new Uri($"/api/v1/presets/{id}", UriKind.Relative), Ct);

        forbidden.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private static async Task<MarksChanged> FirstAsync(IRunEvents events, RunId run, CancellationToken ct)
    {
        await foreach (var news in events.WatchAsync(run, ct))
        {
            if (news is MarksChanged marks)
            {
                return marks;
            }
        }

        throw new InvalidOperationException("No news.");
    }

    private static async Task<MarkAnswer> PostAsync(HttpClient client, RunId run, object[] orders)
    {
        using var answer = await client.PostAsJsonAsync(new Uri($"{WebPaths.Runs}/{run}/marks", UriKind.Relative), new { orders }, Ct);
        return await answer.ReadAsync<MarkAnswer>(Ct);
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, RunId run, object[] orders)
    {
        using var answer = await client.PostAsJsonAsync(new Uri($"{WebPaths.Runs}/{run}/marks", UriKind.Relative), new { orders }, Ct);
        return answer.StatusCode;
    }

    /// <summary>A run of somebody else's: looks that change every four frames, all allowed but number 5.</summary>
    private async Task<RunId> RunAsync(int frames)
    {
        var store = app.Services.GetRequiredService<IRunStore>();
        var run = new Run
        {
            Id = RunId.New(TimeProvider.System.GetUtcNow()),
            OwnerId = "somebody",
            SourceName = "clip.mp4",
            MediaSha256 = new string('c', 64),
            MediaKey = "media/none",
            MediaBytes = 1,
            Recipe = BuiltInRecipes.TopTenth,
            State = RunState.Running,
            Reason = "",
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await store.AddAsync(run, Ct);
        var random = new Random(3);
        var looks = Enumerable.Range(0, frames).Select(_ => unchecked((ulong)random.NextInt64(long.MinValue, long.MaxValue))).ToArray();
        var allow = new Verdict(Decision.Allow, "Nothing seen.", "policy");
        await store.SaveCandidatesAsync(run.Id, [.. Enumerable.Range(0, frames).Select(i => new Candidate(
            new Pts(i, new TimeBase(1, 10)), i, ImmutableSortedDictionary<string, float>.Empty.Add("quality", random.NextSingle() * 100), looks[i / 4], $"thumbs/x/{i}.jpg", [],
            new Judgement(i == 5 ? new Verdict(Decision.Escalate, "In doubt.", "policy") : allow, [])))], new Funnel(), Ct);
        return run.Id;
    }
}
