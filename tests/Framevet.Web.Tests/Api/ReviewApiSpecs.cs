using System.Net;
using System.Net.Http.Json;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>The review queue through its routes, on the real database.</summary>
public sealed class ReviewApiSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_fifty_claims_at_once_one_wins_and_the_others_learn_who_has_it()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => app.KeyClientAsync($"claimer{i}", [Roles.Moderator], [Scopes.Review], Ct)));
        var item = await AddAsync();

        var answers = await Task.WhenAll(clients.Select(c => c.PostAsync(Address(item, "claim"), null, Ct)));

        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        var refused = answers.Where(a => a.StatusCode == HttpStatusCode.Conflict).ToList();
        refused.Count.ShouldBe(49);
        (await refused[0].Content.ReadAsStringAsync(Ct)).ShouldContain("has the item until");
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_late_word_gets_409_with_who_and_when_and_the_other_word_stands()
    {
        using var ann = await app.KeyClientAsync("late-ann", [Roles.Moderator], [Scopes.Review], Ct);
        using var bob = await app.KeyClientAsync("late-bob", [Roles.Moderator], [Scopes.Review], Ct);
        var item = await AddAsync();
        var first = await ClaimAsync(ann, item);
        await ExecuteAsync("""UPDATE "ReviewItems" SET "ClaimExpiresAt" = 1 WHERE "Id" = $id""", item);
        var second = await ClaimAsync(bob, item);
        second.ShouldBeGreaterThan(first);

        using var early = await DecideAsync(ann, item, first, "block", "nudity", "against-policy");
        using var stored = await DecideAsync(bob, item, second, "block", "violence", "against-policy");
        using var late = await DecideAsync(ann, item, first, "allow", "clean", "false-alarm");

        (early.StatusCode, stored.StatusCode, late.StatusCode).ShouldBe((HttpStatusCode.Conflict, HttpStatusCode.OK, HttpStatusCode.Conflict));
        (await late.Content.ReadAsStringAsync(Ct)).ShouldMatch(@"late-bob has already decided: block \(violence\) at \d\d:\d\d:\d\d UTC");
        var details = await ann.GetJsonAsync<ReviewDetailsBody>(Address(item).ToString(), Ct);
        (details.Item.Decision!.Label, details.Item.Decision.UserName).ShouldBe(("violence", "late-bob"));
    }

    [Theory]
    [InlineData(null, "against-policy")]
    [InlineData("", "against-policy")]
    [InlineData("nudity", null)]
    [InlineData("nudity", "see-note")]
    public async Task Without_label_or_reason_the_answer_is_422(string? label, string? reason)
    {
        using var client = await app.KeyClientAsync($"incomplete-{label}-{reason}-{label is null}", [Roles.Moderator], [Scopes.Review], Ct);
        var item = await AddAsync();

        using var answer = await DecideAsync(client, item, await ClaimAsync(client, item), "block", label, reason);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync(Ct)).ShouldContain("urn:framevet:incomplete");
    }

    [Fact]
    public async Task An_item_tells_nobody_where_it_comes_from_nor_what_was_said_before()
    {
        using var client = await app.KeyClientAsync("blind", [Roles.Moderator], [Scopes.Review], Ct);
        var texts = new List<string>();
        foreach (var kind in Enum.GetValues<ReviewKind>())
        {
            var item = await AddAsync(kind);
            texts.Add(System.Text.RegularExpressions.Regex.Replace(await client.GetStringAsync(Address(item), Ct), "[0-9a-f]{32}|[0-9a-f-]{36}|\"[0-9T:.-]+(Z|\\+00:00)\"", "x"));
        }

        texts.Distinct().ShouldHaveSingleItem();
        texts[0].ShouldNotContain("golden", Case.Insensitive);
        texts[0].ShouldNotContain("sample", Case.Insensitive);
    }

    [Fact]
    public async Task A_decision_is_taken_back_through_the_api_and_a_stranger_cannot()
    {
        using var ann = await app.KeyClientAsync("undo-ann", [Roles.Moderator], [Scopes.Review], Ct);
        using var bob = await app.KeyClientAsync("undo-bob", [Roles.Moderator], [Scopes.Review], Ct);
        var item = await AddAsync();
        using var decided = await DecideAsync(ann, item, await ClaimAsync(ann, item), "block", "nudity", "against-policy");

        using var foreign = await bob.PostAsync(Address(item, "undo"), null, Ct);
        using var undone = await ann.PostAsync(Address(item, "undo"), null, Ct);

        foreign.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await undone.ReadAsync<ReviewBody>(Ct)).ShouldSatisfyAllConditions(b => b.State.ShouldBe(ReviewState.Claimed), b => b.Token.ShouldNotBeNull(), b => b.Decision.ShouldBeNull());
    }

    [Fact]
    public async Task The_trail_is_checked_exported_without_formulas_and_without_names()
    {
        using var auditor = await app.KeyClientAsync("auditor-zoe", [Roles.Auditor], [Scopes.AuditRead], Ct);
        var trail = app.Services.GetRequiredService<IAuditTrail>();
        await trail.AppendAsync(new Actor("formula-id", "=cmd|' /C calc'!A0", Rights.Review), "review.decide", "+1+1", null, """{"by":"auditor-zoe","text":"a,\"b\""}""", Ct);

        var check = await auditor.GetJsonAsync<AuditCheck>("/api/v1/audit/verify", Ct);
        var csv = await auditor.GetStringAsync(new Uri("/api/v1/audit/export?format=csv", UriKind.Relative), Ct);
        var hidden = await auditor.GetStringAsync(new Uri("/api/v1/audit/export?format=jsonl&pseudonyms=true", UriKind.Relative), Ct);

        check.BrokenAt.ShouldBeNull();
        csv.ShouldStartWith("id,at,actorId,actor,action,subject,before,after,hash\r\n");
        csv.ShouldContain("\"'=cmd|' /C calc'!A0\"");
        csv.ShouldContain("\"'+1+1\"");
        csv.Split("\r\n").ShouldAllBe(line => !line.Split(',').Any(cell => cell.StartsWith('=') || cell.StartsWith('+') || cell.StartsWith('@')));
        hidden.ShouldNotContain("auditor-zoe");
        hidden.ShouldNotContain("calc");
        hidden.ShouldContain("person-");
        hidden.Trim().Split('\n').ShouldAllBe(line => System.Text.Json.JsonDocument.Parse(line, default).RootElement.GetProperty("id").GetInt64() > 0);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("-2", "\"'-2\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\tx", "\"'\tx\"")]
    [InlineData(null, "")]
    public void A_cell_is_never_a_formula(string? value, string expected) => AuditFile.Cell(value).ShouldBe(expected);

    private static Uri Address(ReviewItem item, string? verb = null) => new($"/api/v1/review/{item.Id}{(verb is null ? "" : "/" + verb)}", UriKind.Relative);

    private static async Task<long> ClaimAsync(HttpClient client, ReviewItem item)
    {
        using var answer = await client.PostAsync(Address(item, "claim"), null, Ct);
        return (await answer.ReadAsync<ReviewBody>(Ct)).Token.ShouldNotBeNull();
    }

    private static Task<HttpResponseMessage> DecideAsync(HttpClient client, ReviewItem item, long token, string decision, string? label, string? reason) =>
        client.PostAsJsonAsync(Address(item, "decide"), new { token, decision, label, reason }, PipelineJson.Options, Ct);

    private async Task<ReviewItem> AddAsync(ReviewKind kind = ReviewKind.Flagged)
    {
        var now = TimeProvider.System.GetUtcNow();
        var run = new Run
        {
            Id = RunId.New(now),
            OwnerId = "nobody",
            SourceName = "clip.mp4",
            MediaSha256 = new string('0', 64),
            MediaKey = "media/0",
            MediaBytes = 1,
            Recipe = BuiltInRecipes.BestFrames,
            State = RunState.Done,
            Reason = "",
            CreatedAt = now,
        };
        await app.Services.GetRequiredService<IRunStore>().AddAsync(run, Ct);
        var item = new ReviewItem { Id = Guid.NewGuid(), RunId = run.Id, Kind = kind, State = ReviewState.Waiting, CreatedAt = now, Frames = [new Pts(0, new TimeBase(1, 1000))], TopLabel = "nudity" };
        return await app.Services.GetRequiredService<IReviewQueue>().AddAsync(item, Ct);
    }

    private async Task ExecuteAsync(string sql, ReviewItem item)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(app.Folder, "framevet.db")}");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$id", item.Id);
        (await command.ExecuteNonQueryAsync(Ct)).ShouldBe(1);
    }
}
