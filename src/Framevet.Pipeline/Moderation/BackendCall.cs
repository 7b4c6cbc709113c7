using System.Collections.Immutable;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// Asks one backend about one picture and judges what it says. Fails closed: an error, a time-out or a malformed answer becomes a judgement that sends the picture to people, with
/// the backend's name. Only the caller's cancellation is thrown. Thread-safe.
/// </summary>
public sealed class BackendCall(ModerationPolicy policy, TimeSpan timeout, TimeProvider clock)
{
    /// <summary>The policy that judges.</summary>
    public ModerationPolicy Policy => policy;

    /// <summary>The backend's word on a picture.</summary>
    internal async Task<BackendAnswer> AskAsync(IModerationBackend backend, ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var call = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            // On a thread of its own, and with a limit from outside: a backend may block or ignore its token.
            var inspection = Task.Run(() => backend.InspectAsync(jpeg, call.Token), call.Token);
            ForgetLater(inspection);
            var findings = await inspection.WaitAsync(timeout, clock, ct).ConfigureAwait(false);
            if (findings.IsDefault || findings.Any(f => f is null || string.IsNullOrWhiteSpace(f.Label) || !double.IsFinite(f.Confidence)))
            {
                return Failure(backend, "gave a malformed answer");
            }

            var verdict = policy.Decide(findings, backend.Tier);
            return new BackendAnswer(findings.IsEmpty ? SawNothing(backend) : verdict, findings, false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeoutException)
        {
            await call.CancelAsync().ConfigureAwait(false);
            return Failure(backend, $"gave no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (OperationCanceledException)
        {
            return Failure(backend, "gave up");
        }
#pragma warning disable CA1031 // Whatever goes wrong in a backend means that a person looks; one of the places where everything is caught.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Failure(backend, error is VettingException ? $"failed ({error.Message.TrimEnd('.')})" : $"failed ({error.GetType().Name})");
        }
    }

    /// <summary>The judgement that stands for a missing answer.</summary>
    internal BackendAnswer Failure(IModerationBackend backend, string what) =>
        new(new Verdict(Decision.Escalate, $"{backend.Id} {what}, so a person must look", backend.Id) { Basis = BasisOf(backend) }, [], true);

    private Verdict SawNothing(IModerationBackend backend) => new(Decision.Allow, $"{backend.Id} saw nothing", backend.Id) { Basis = BasisOf(backend) };

    private VerdictBasis BasisOf(IModerationBackend backend) => policy.Basis with { Model = $"{backend.Id} {backend.ModelVersion}" };

    // A call that outlives its limit may still fail; nobody waits for that error any more.
    private static void ForgetLater(Task call) => _ = call.ContinueWith(
        static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

/// <summary>What a backend, or several together, said about a picture. <paramref name="Failed"/>: at least one gave no usable answer.</summary>
internal sealed record BackendAnswer(Verdict Verdict, ImmutableArray<Finding> Findings, bool Failed)
{
    /// <summary>The more severe of two words, with the findings of both; a failure outweighs everything.</summary>
    public BackendAnswer With(BackendAnswer next) =>
        new(next.Verdict.Decision > Verdict.Decision || next.Failed ? next.Verdict : Verdict, [.. Findings, .. next.Findings], Failed || next.Failed);

    public Judgement ToJudgement() => new(Verdict, Findings);
}
