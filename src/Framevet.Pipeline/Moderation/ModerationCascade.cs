using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// Asks the backends of a recipe: first the screens, and when they all clear the picture that is the end; what a screen flags goes to the precise
/// backends, whose word replaces the screen's; without a precise backend it goes to people. Fails closed: an error, a time-out, a malformed answer
/// or no backend at all mean that a person looks. Thread-safe.
/// </summary>
public sealed class ModerationCascade(
    ImmutableArray<IModerationBackend> backends, ModerationPolicy policy, TimeSpan callTimeout, TimeProvider clock) : IModerator
{
    private const string Name = "cascade";

    /// <summary>Time for one call of one backend unless said otherwise.</summary>
    public static TimeSpan DefaultCallTimeout { get; } = TimeSpan.FromSeconds(20);

    /// <summary>The cascade that a recipe asks for.</summary>
    /// <exception cref="VettingException">InvalidRequest for an unknown backend or option.</exception>
    public static ModerationCascade Build(PartCatalog catalog, ModerationRecipe recipe, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(recipe);
        return new([.. recipe.Backends.Select(catalog.Build<IModerationBackend>)], new ModerationPolicy(recipe), DefaultCallTimeout, clock);
    }

    /// <inheritdoc/>
    public async Task<Judgement> JudgeAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        if (backends.IsDefaultOrEmpty)
        {
            return new Judgement(new Verdict(Decision.Escalate, "no moderation backend is set up, so a person must look", Name), []);
        }

        var screened = await AskAsync(ModerationTier.Screen, jpeg, ct).ConfigureAwait(false);
        if (screened is { Failed: true } or { Verdict.Decision: Decision.Allow })
        {
            return screened.ToJudgement();
        }

        var precise = await AskAsync(ModerationTier.Precise, jpeg, ct).ConfigureAwait(false);
        return (screened, precise) switch
        {
            ({ } s, null) => s.ToJudgement(),
            (null, { } p) => p.ToJudgement(),
            ({ } s, { } p) => new Judgement(p.Verdict, [.. s.Findings, .. p.Findings]),
            _ => throw new InvalidOperationException("A backend of an unknown tier."),
        };
    }

    /// <summary>Asks all backends of a tier; the most severe word counts. Null when there is none. Stops early when it is settled.</summary>
    private async Task<Answer?> AskAsync(ModerationTier tier, ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        Answer? all = null;
        foreach (var backend in backends.Where(b => b.Tier == tier))
        {
            var answer = await AskAsync(backend, jpeg, ct).ConfigureAwait(false);
            all = all is null ? answer : all.With(answer);
            if (all.Failed || all.Verdict.Decision == Decision.Block)
            {
                break;
            }
        }

        return all;
    }

    private async Task<Answer> AskAsync(IModerationBackend backend, ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var call = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            // On a thread of its own, and with a limit from outside: a backend may block or ignore its token.
            var inspection = Task.Run(() => backend.InspectAsync(jpeg, call.Token), call.Token);
            ForgetLater(inspection);
            var findings = await inspection.WaitAsync(callTimeout, clock, ct).ConfigureAwait(false);
            if (findings.IsDefault || findings.Any(f => f is null || string.IsNullOrWhiteSpace(f.Label) || !double.IsFinite(f.Confidence)))
            {
                return Answer.Failure(backend, "gave a malformed answer");
            }

            var verdict = policy.Decide(findings, backend.Tier);
            return new Answer(findings.IsEmpty ? verdict with { Reason = $"{backend.Id} saw nothing", By = backend.Id } : verdict, findings, false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (TimeoutException)
        {
            await call.CancelAsync().ConfigureAwait(false);
            return Answer.Failure(backend, $"gave no answer within {callTimeout.TotalSeconds:0.#} s");
        }
        catch (OperationCanceledException)
        {
            return Answer.Failure(backend, "gave up");
        }
#pragma warning disable CA1031 // Whatever goes wrong in a backend means that a person looks; one of the places where everything is caught.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Answer.Failure(backend, error is VettingException ? $"failed ({error.Message.TrimEnd('.')})" : $"failed ({error.GetType().Name})");
        }
    }

    // A call that outlives its limit may still fail; nobody waits for that error any more.
    private static void ForgetLater(Task call) => _ = call.ContinueWith(
        static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private sealed record Answer(Verdict Verdict, ImmutableArray<Finding> Findings, bool Failed)
    {
        public static Answer Failure(IModerationBackend backend, string what) =>
            new(new Verdict(Decision.Escalate, $"{backend.Id} {what}, so a person must look", backend.Id), [], true);

        public Answer With(Answer next) =>
            new(next.Verdict.Decision > Verdict.Decision || next.Failed ? next.Verdict : Verdict, [.. Findings, .. next.Findings], Failed || next.Failed);

        public Judgement ToJudgement() => new(Verdict, Findings);
    }
}
