using System.Collections.Immutable;
using Framevet.Data.Queries;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;

namespace Framevet.Data.Tests;

/// <summary>People of a run: stored, listed, filtered by.</summary>
public class PersonStoreSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task People_come_back_as_they_were_stored_and_are_replaced_as_a_whole()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var run = await RunAsync(database, Make.Candidate(0), Make.Candidate(1000), Make.Candidate(2000));
        (await store.PeopleAsync(run, Ct)).ShouldBeEmpty();

        var before = await store.SavePeopleAsync(run, [Person(1, (0, 0, 0.5f), (1000, 1, 0.25f)), Person(2, (1000, 0, 0.75f))], Ct);
        var stored = await store.PeopleAsync(run, Ct);
        var after = await store.SavePeopleAsync(run, [Person(1, (2000, 0, 0.125f))], Ct);

        stored.Select(p => (p.Number, p.Look)).ShouldBe([(1, Look(1)), (2, Look(2))]);
        stored[0].Faces.ShouldBe([new PersonFace(Make.Pts(0), 0, 0.5f), new PersonFace(Make.Pts(1000), 1, 0.25f)]);
        after.ShouldBeGreaterThan(before);
        (await store.PeopleAsync(run, Ct)).Single().Faces.Single().Pts.ShouldBe(Make.Pts(2000));
    }

    [Fact]
    public async Task People_go_with_a_cleared_run_and_belong_to_one_run_only()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var store = database.Get<IRunStore>();
        var (one, two) = (await RunAsync(database, Make.Candidate(0)), await RunAsync(database, Make.Candidate(0)));
        await store.SavePeopleAsync(one, [Person(1, (0, 0, 1))], Ct);
        await store.SavePeopleAsync(two, [Person(1, (0, 0, 1))], Ct);

        await store.ClearAsync(one, Ct);

        (await store.PeopleAsync(one, Ct)).ShouldBeEmpty();
        (await database.Get<PersonsQuery>().GetAsync(one, Ct)).ShouldBeEmpty();
        (await store.PeopleAsync(two, Ct)).Length.ShouldBe(1);
    }

    [Fact]
    public async Task The_best_face_that_may_be_seen_stands_for_a_person()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = await RunAsync(database, Make.Candidate(0, verdict: Make.Escalate), Make.Candidate(1000), Make.Candidate(2000), Make.Candidate(3000, verdict: Make.Block));
        await database.Get<IRunStore>().SavePeopleAsync(run,
            [Person(1, (0, 0, 0.9f), (1000, 0, 0.2f), (1000, 1, 0.1f), (2000, 0, 0.3f)), Person(2, (3000, 0, 0.1f), (0, 1, 0.4f))], Ct);

        var people = await database.Get<PersonsQuery>().GetAsync(run, Ct);

        people.ShouldBe([new PersonRow(1, 3, 4, 0, Make.Pts(2000).Seconds, 2000, 0, true), new PersonRow(2, 2, 2, 0, Make.Pts(3000).Seconds, 0, 1, false)]);
    }

    [Fact]
    public async Task Frames_are_filtered_by_person_together_with_everything_else()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = await RunAsync(database, Make.Candidate(0, 0.9f), Make.Candidate(1000, 0.2f), Make.Candidate(2000, 0.8f, gateLoss: "dark"), Make.Candidate(3000));
        await database.Get<IRunStore>().SavePeopleAsync(run, [Person(1, (0, 0, 1), (1000, 0, 1), (2000, 0, 1), (2000, 1, 1)), Person(2, (0, 1, 1))], Ct);
        var frames = database.Get<FramesQuery>();

        async Task<IEnumerable<long>> Pts(FramesFilter filter) => (await frames.PageAsync(filter, 0, 10, Ct)).Rows.Select(r => r.Pts);
        var filter = new FramesFilter(run, Person: 1);

        (await Pts(filter)).ShouldBe([0, 1000, 2000]);
        (await frames.PageAsync(filter, 0, 1, Ct)).Total.ShouldBe(3);
        (await Pts(filter with { States = [FrameState.Allowed], Sort = "quality", Descending = true })).ShouldBe([0, 1000]);
        (await Pts(filter with { Person = 2 })).ShouldBe([0]);
        (await Pts(filter with { Person = 3 })).ShouldBeEmpty();
        (await frames.PtsAsync(filter, 2, Ct)).ShouldBe([0, 1000]);
    }

    [Fact]
    public async Task Whose_face_it_is_and_what_somebody_looks_like_can_be_asked()
    {
        await using var database = await TestDatabase.MigratedAsync(Ct);
        var run = await RunAsync(database, Make.Candidate(0), Make.Candidate(1000));
        await database.Get<IRunStore>().SavePeopleAsync(run, [Person(1, (0, 2, 1), (1000, 0, 1)), Person(2, (0, 0, 1))], Ct);
        var persons = database.Get<PersonsQuery>();

        (await persons.OfFrameAsync(run, 0, Ct)).OrderBy(f => f.Key).ShouldBe([KeyValuePair.Create(0, 2), KeyValuePair.Create(2, 1)]);
        (await persons.LookAsync(run, 2, Ct)).ShouldBe(Look(2));
        (await persons.LookAsync(run, 3, Ct)).ShouldBeNull();
    }

    private static async Task<RunId> RunAsync(TestDatabase database, params ImmutableArray<Candidate> frames)
    {
        var run = Make.Run(database.Clock.Now);
        await database.Get<IRunStore>().AddAsync(run, Ct);
        await database.Get<IRunStore>().SaveCandidatesAsync(run.Id, frames, new Funnel(), Ct);
        return run.Id;
    }

    private static Person Person(int number, params (long Pts, int Face, float Quality)[] faces) =>
        new(number, Look(number), [.. faces.OrderBy(f => f.Pts).ThenBy(f => f.Face).Select(f => new PersonFace(Make.Pts(f.Pts), f.Face, f.Quality))]);

    private static FaceEmbedding Look(int number) => FaceEmbedding.Of([number, 1, 2, 3])!;
}
