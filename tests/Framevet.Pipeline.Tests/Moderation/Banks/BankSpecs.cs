using System.Collections.Immutable;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Tests.Moderation.Banks;

public sealed class BankSpecs
{
    private static readonly JpegCodec Jpeg = new();
    private static readonly TimeBase Base = new(1, 2);
    private static readonly VerdictBasis Basis = new("t", 1);
    private readonly MemoryHashBank _bank = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_denied_picture_is_denied_again_without_asking_anybody_and_the_origin_is_named()
    {
        await _bank.ReplaceAsync("review/1", [Picture(BankKind.Block, 1)], Ct);
        var never = new Never();

        var judgement = await Moderator(await _bank.IndexAsync(Ct), never).JudgeAsync(At(0), Copy(1), Ct);

        judgement.Verdict.Decision.ShouldBe(Decision.Block);
        judgement.Verdict.By.ShouldBe("bank");
        judgement.Verdict.Reason.ShouldContain("denied by Mia");
        judgement.Verdict.Reason.ShouldContain("review/1");
        judgement.Verdict.Basis!.Model!.ShouldStartWith("bank ");
        never.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task A_picture_in_both_banks_goes_to_people_and_an_unknown_one_to_the_backends()
    {
        await _bank.ReplaceAsync("review/1", [Picture(BankKind.Block, 1)], Ct);
        await _bank.ReplaceAsync("review/2", [Picture(BankKind.Allow, 1), Picture(BankKind.Allow, 2)], Ct);
        var moderator = Moderator(await _bank.IndexAsync(Ct), new Never());

        (await moderator.JudgeAsync(At(0), Copy(1), Ct)).Verdict.Decision.ShouldBe(Decision.Escalate);
        (await moderator.JudgeAsync(At(1), Copy(2), Ct)).Verdict.Decision.ShouldBe(Decision.Allow);
        (await moderator.JudgeAsync(At(2), Copy(3), Ct)).Verdict.By.ShouldBe("never");
    }

    [Fact]
    public async Task The_same_file_is_denied_as_a_whole_but_allowed_only_where_it_was_judged()
    {
        var denied = Moderator(new BankIndex([File(BankKind.Block, [])]), new Never());
        var allowed = Moderator(new BankIndex([File(BankKind.Allow, [3, 4])]), new Never());

        (await denied.JudgeAsync(At(9), Copy(1), Ct)).Verdict.Decision.ShouldBe(Decision.Block);
        (await allowed.JudgeAsync(At(4), Copy(1), Ct)).Verdict.Decision.ShouldBe(Decision.Allow);
        (await allowed.JudgeAsync(At(5), Copy(1), Ct)).Verdict.By.ShouldBe("never");
        var both = Moderator(new BankIndex([File(BankKind.Block, []), File(BankKind.Allow, [3])]), new Never());
        (await both.JudgeAsync(At(3), Copy(1), Ct)).Verdict.Decision.ShouldBe(Decision.Block);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(8, true)]
    [InlineData(7, false)]
    public async Task A_clip_is_the_denied_one_when_four_fifths_of_its_pictures_are(int same, bool isSame)
    {
        await _bank.ReplaceAsync("review/1", [.. Enumerable.Range(0, 10).Select(i => Picture(BankKind.Block, i))], Ct);
        var moderator = Moderator(await _bank.IndexAsync(Ct), new Never());
        var frames = ImmutableArray.CreateBuilder<Candidate>();
        for (var i = 0; i < 10; i++)
        {
            var judgement = await moderator.JudgeAsync(At(i), Copy(i < same ? i : 1000 + i), Ct);
            frames.Add(new Candidate(At(i), i, ImmutableSortedDictionary<string, float>.Empty, 0, null, [], judgement));
        }

        var rest = moderator.RestOfDeniedClip(frames.ToImmutable());

        rest.Select(c => c.Pts.Value).ShouldBe(isSame ? Enumerable.Range(same, 10 - same).Select(i => (long)i) : []);
        rest.ShouldAllBe(c => c.Verdict.Decision == Decision.Block && c.Verdict.Reason.Contains("the same clip"));
    }

    [Fact]
    public async Task A_later_word_on_the_same_item_takes_the_place_of_the_earlier_one()
    {
        using var folder = new TemporaryFolder();
        var (feeder, decision) = await FedAsync(folder, Decision.Block);
        (await _bank.PageAsync(null, 0, 50, Ct)).Entries.Count(e => e.Bank == BankKind.Block).ShouldBe(3);

        await feeder.TakeAsync(decision with { Number = 2, Decision = Decision.Allow, Label = "clean" }, Ct);

        var entries = (await _bank.PageAsync(null, 0, 50, Ct)).Entries;
        entries.ShouldAllBe(e => e.Bank == BankKind.Allow && e.Origin == BankFeeder.OriginOf(decision.Item));
        entries.Single(e => e.Sha256 is not null).Judged.ShouldBe([0, 1, 2]);
        entries.Count(e => e.Hash is not null).ShouldBe(2);
    }

    [Fact]
    public async Task Banks_go_out_and_come_in_as_lines_and_a_bad_line_takes_nothing_in()
    {
        await _bank.ReplaceAsync("review/1", [Picture(BankKind.Block, 1), File(BankKind.Block, [])], Ct);
        var desk = new BankDesk(_bank, new RecordedAudit(), TimeProvider.System);
        var admin = new Actor("a", "Ada", Rights.Administer | Rights.Lead);
        using var text = new StringWriter();
        await desk.ExportAsync(null, text, admin, Ct);

        var other = new MemoryHashBank();
        var audit = new RecordedAudit();
        var there = new BankDesk(other, audit, TimeProvider.System);
        (await there.ImportAsync("Partner 1", new StringReader(text.ToString()), admin, Ct)).ShouldBe(2);
        (await there.ImportAsync("Partner 1", new StringReader(text.ToString()), admin, Ct)).ShouldBe(2);
        var bad = await Should.ThrowAsync<VettingException>(() => there.ImportAsync("Partner 1", new StringReader(text + "\n{\"bank\":\"block\",\"pdq\":\"xyz\"}"), admin, Ct));

        bad.Message.ShouldContain("Line 4");
        (await other.PageAsync(null, 0, 9, Ct)).Total.ShouldBe(2);
        (await Moderator(await other.IndexAsync(Ct), new Never()).JudgeAsync(At(0), Copy(1), Ct)).Verdict.Decision.ShouldBe(Decision.Block);
        audit.Entries.First().Subject.ShouldBe("import/partner-1");
        (await Should.ThrowAsync<VettingException>(() => there.ImportAsync("x", new StringReader(""), new Actor("m", "Mia", Rights.Lead), Ct))).Code.ShouldBe(FailureCode.Forbidden);
    }

    private async Task<(BankFeeder Feeder, FinalDecision Decision)> FedAsync(TemporaryFolder folder, Decision word)
    {
        var store = new MemoryRunStore(TimeProvider.System);
        var blobs = new Pipeline.Storage.DiskBlobStore(folder["blobs"]);
        await store.AddAsync(CascadeRig.Run, Ct);
        ImmutableArray<Candidate> frames = [.. Enumerable.Range(0, 3).Select(i => new Candidate(
            At(i), i, ImmutableSortedDictionary<string, float>.Empty, 0, $"thumbs/x/{i}.jpg", [], new Judgement(new Verdict(Decision.Allow, "", "eye"), [])))];
        foreach (var frame in frames)
        {
            await blobs.PutAsync(frame.ThumbKey!, Copy(frame.Index), Ct);
        }

        await store.SaveCandidatesAsync(CascadeRig.Run.Id, frames, new Funnel(), Ct);
        var feeder = new BankFeeder(_bank, store, blobs, Jpeg, Options.Create(new ModerationOptions()));
        var decision = new FinalDecision(1, Guid.NewGuid(), CascadeRig.Run.Id, "u1", "clip.mp4", CascadeRig.Run.MediaSha256, word, "nudity", null, "m1", "Mia", DateTimeOffset.UnixEpoch, [At(0), At(1)]);
        await feeder.TakeAsync(decision, Ct);
        return (feeder, decision);
    }

    private static BankModerator Moderator(BankIndex index, IModerator inner) => new(index, CascadeRig.Run.MediaSha256, inner, Jpeg, Basis);

    private static Pts At(int i) => new(i, Base);

    private static RgbImage Scene(int seed) => new(320, 240, [.. Pictures.Scene(320, 240, seed).Pixels.SelectMany(p => new[] { p, p, p })]);

    // Not the same bytes: encoded at another quality and size.
    private static byte[] Copy(int seed) => Jpeg.Encode(RgbScaler.To(Scene(seed), 256, 192), 60);

    private static BankEntry Picture(BankKind bank, int seed) => Entry(bank) with { Hash = Pdq.Of(Scene(seed)).Hash, Quality = Pdq.Of(Scene(seed)).Quality };

    private static BankEntry File(BankKind bank, ImmutableArray<long> judged) => Entry(bank) with { Sha256 = CascadeRig.Run.MediaSha256, Judged = judged };

    private static BankEntry Entry(BankKind bank) => new() { Id = Guid.NewGuid(), Bank = bank, Label = "nudity", Origin = "review/1", By = "Mia", At = DateTimeOffset.UnixEpoch };

    private sealed class Never : IModerator
    {
        public int Asked { get; private set; }

        public Task<Judgement> JudgeAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
        {
            Asked++;
            return Task.FromResult(new Judgement(new Verdict(Decision.Allow, "", "never"), []));
        }
    }
}
