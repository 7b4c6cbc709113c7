using System.Collections.Concurrent;
using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tests.Flow;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Pipeline.Tests.Runs;

/// <summary>A file that crashes the decoder twice is left alone; the others go on.</summary>
public sealed class QuarantineSpecs
{
    private const string Crash = "ffmpeg -i file:x\nexit code: 139\nlast words";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_crashes_the_decoder_is_tried_once_more_and_then_never_again()
    {
        var quarantine = new MemoryQuarantine();
        await using var rig = new FlowRig(change: services => services.AddSingleton<IQuarantine>(quarantine));
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) => throw new VettingException(FailureCode.UnsupportedMedia, "clip.mp4: ffmpeg crashed.", Crash);

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.RetryLater);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);
        var decoded = 0;
        rig.Source.BeforeBatch = (_, _) =>
        {
            decoded++;
            return Task.CompletedTask;
        };
        await rig.Desk.RetryAsync(run.Id, FlowRig.Owner, Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        var row = await rig.RunAsync(run.Id);
        (row.Failure, decoded).ShouldBe((FailureCode.SourceRefused, 0));
        row.Reason.ShouldContain("crash 2 times");
        (await quarantine.ListAsync(Ct)).Single().Detail.ShouldBe(Crash);

        // Let out, it has its two chances again.
        await quarantine.ReleaseAsync(run.MediaSha256, Ct);
        await rig.Desk.RetryAsync(run.Id, FlowRig.Owner, Ct);
        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Completed);
        decoded.ShouldBeGreaterThan(0);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("exit code: 1")]
    [InlineData("exit code: 137")]
    [InlineData(null)]
    public async Task A_failure_that_is_no_crash_is_not_counted(string? detail)
    {
        var quarantine = new MemoryQuarantine();
        await using var rig = new FlowRig(change: services => services.AddSingleton<IQuarantine>(quarantine));
        var run = await rig.SubmitAsync(Ct);
        rig.Source.BeforeBatch = (_, _) => throw new VettingException(FailureCode.UnsupportedMedia, "clip.mp4: ffmpeg failed.", detail);

        (await rig.Desk.WorkAsync(run.Id, Ct)).ShouldBe(RunOutcome.Failed);

        (await quarantine.ListAsync(Ct)).ShouldBeEmpty();
    }

    private sealed class MemoryQuarantine : IQuarantine
    {
        private readonly ConcurrentDictionary<string, QuarantinedFile> _files = new();

        public Task<int> CountAsync(Run run, string? detail, CancellationToken ct) => Task.FromResult(_files.AddOrUpdate(
            run.MediaSha256,
            sha => new QuarantinedFile(sha, run.SourceName, 1, detail, run.Id, run.CreatedAt),
            (_, file) => file with { Crashes = file.Crashes + 1, Detail = detail }).Crashes);

        public Task<int> CrashesAsync(string sha256, CancellationToken ct) => Task.FromResult(_files.GetValueOrDefault(sha256)?.Crashes ?? 0);

        public Task<bool> ReleaseAsync(string sha256, CancellationToken ct) => Task.FromResult(_files.TryRemove(sha256, out _));

        public Task<ImmutableArray<QuarantinedFile>> ListAsync(CancellationToken ct) => Task.FromResult<ImmutableArray<QuarantinedFile>>([.. _files.Values]);
    }
}
