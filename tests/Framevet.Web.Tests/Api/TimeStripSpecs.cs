using System.Collections.Immutable;
using System.Net;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>The picture in which each column is a frame.</summary>
public sealed class TimeStripSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Each_column_has_the_colours_of_its_frame_and_what_no_verdict_allows_has_none()
    {
        using var curator = await app.SignInAsync("strip-curator", [Roles.Curator], Ct);
        using var moderator = await app.SignInAsync("strip-moderator", [Roles.Moderator], Ct);
        using var stranger = await app.SignInAsync("strip-stranger", [Roles.Submitter], Ct);
        var run = await RunAsync(60);

        var bytes = await curator.GetByteArrayAsync(new Uri(WebPaths.Strip(run), UriKind.Relative), Ct);
        var again = await moderator.GetByteArrayAsync(new Uri($"{WebPaths.Strip(run)}?reveal=1", UriKind.Relative), Ct);
        using var foreign = await stranger.GetAsync(new Uri(WebPaths.Strip(run), UriKind.Relative), Ct);

        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        again.ShouldBe(bytes, "nobody sees more of a strip");
        var pixels = await PixelsAsync(bytes);
        pixels.Length.ShouldBe(60 * 32 * 3, "one column a frame");
        for (var column = 0; column < 60; column++)
        {
            var (red, green, blue) = (pixels[3 * column], pixels[(3 * column) + 1], pixels[(3 * column) + 2]);
            if (column % 10 is 7 or 8)
            {
                (red == green && green == blue && red is 88 or 104).ShouldBeTrue($"{column} is blocked or in doubt, and was {red} {green} {blue}");
            }
            else
            {
                (Math.Abs(red - (4 * column)) <= 4 && Math.Abs(blue - 200) <= 4).ShouldBeTrue($"column {column} was {red} {green} {blue}");
            }
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_long_run_has_two_thousand_columns_and_an_empty_one_none()
    {
        using var curator = await app.SignInAsync("strip-long", [Roles.Curator], Ct);
        var (longRun, empty) = (await RunAsync(4000), await RunAsync(0));

        (await PixelsAsync(await curator.GetByteArrayAsync(new Uri(WebPaths.Strip(longRun), UriKind.Relative), Ct))).Length.ShouldBe(2000 * 32 * 3);
        using var none = await curator.GetAsync(new Uri(WebPaths.Strip(empty), UriKind.Relative), Ct);
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    // Read by a program that others wrote.
    private static async Task<byte[]> PixelsAsync(byte[] png)
    {
        using var clips = new ClipFactory();
        return await ReferenceTools.FfmpegAsync(["-i", clips.Write("strip.png", png), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], Ct);
    }

    /// <summary>Frames that grow redder, of which numbers 7 and 8 of each ten may not be seen.</summary>
    private async Task<RunId> RunAsync(int frames)
    {
        var (store, blobs, codec) = (app.Services.GetRequiredService<IRunStore>(), app.Services.GetRequiredService<IBlobStore>(), app.Services.GetRequiredService<JpegCodec>());
        var run = new Run
        {
            Id = RunId.New(TimeProvider.System.GetUtcNow()),
            OwnerId = "somebody",
            SourceName = "clip.mp4",
            MediaSha256 = new string('d', 64),
            MediaKey = "media/none",
            MediaBytes = 1,
            Recipe = BuiltInRecipes.TopTenth,
            State = RunState.Running,
            Reason = "",
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await store.AddAsync(run, Ct);
        for (var i = 0; i < Math.Min(frames, 60); i++)
        {
            var pixels = Enumerable.Range(0, 64 * 36).SelectMany(_ => new[] { (byte)(4 * i), (byte)100, (byte)200 }).ToArray();
            await blobs.PutAsync($"thumbs/{run.Id}/{i}.jpg", codec.Encode(new RgbImage(64, 36, pixels), 95), Ct);
        }

        var verdicts = new[] { Decision.Allow, Decision.Block, Decision.Escalate }.Select(d => new Verdict(d, "So.", "policy")).ToArray();
        await store.SaveCandidatesAsync(run.Id, [.. Enumerable.Range(0, frames).Select(i => new Candidate(
            new Pts(i, new TimeBase(1, 10)), i, ImmutableSortedDictionary<string, float>.Empty.Add("quality", 50), 0, $"thumbs/{run.Id}/{i % 60}.jpg", [],
            new Judgement(verdicts[i % 10 == 7 ? 1 : i % 10 == 8 ? 2 : 0], [])))], new Funnel(), Ct);
        return run.Id;
    }
}
