using System.Data.Common;
using System.Text.RegularExpressions;
using Framevet.Pipeline;
using Microsoft.AspNetCore.Mvc;

namespace Framevet.Web.Api;

/// <summary>Expected trouble as problem details: a status, a stable type <c>urn:framevet:…</c> and one sentence.</summary>
internal static partial class Problems
{
    /// <summary>Type of a failure code, e.g. <c>urn:framevet:source-refused</c>.</summary>
    public static string TypeOf(FailureCode code) => Urn(Capital().Replace(code.ToString(), "-$0").ToLowerInvariant());

    /// <summary>Status of a failure code.</summary>
    public static int StatusOf(FailureCode code) => code switch
    {
        FailureCode.InvalidRequest => StatusCodes.Status400BadRequest,
        FailureCode.Forbidden => StatusCodes.Status403Forbidden,
        FailureCode.NotFound or FailureCode.SourceUnavailable => StatusCodes.Status404NotFound,
        FailureCode.Conflict or FailureCode.ModelMissing or FailureCode.LicenceNotAccepted => StatusCodes.Status409Conflict,
        FailureCode.SourceTooLarge => StatusCodes.Status413PayloadTooLarge,
        FailureCode.QuotaExceeded => StatusCodes.Status429TooManyRequests,
        FailureCode.UnsupportedMedia => StatusCodes.Status415UnsupportedMediaType,
        FailureCode.SourceRefused or FailureCode.Incomplete => StatusCodes.Status422UnprocessableEntity,
        FailureCode.OutOfSpace => StatusCodes.Status507InsufficientStorage,
        FailureCode.BackendUnavailable or FailureCode.ToolMissing or FailureCode.ToolStalled or FailureCode.ToolFailed
            or FailureCode.ModelMismatch => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Details of an exception: its message when it is meant for users, else nothing that tells about the inside.</summary>
    public static ProblemDetails From(Exception error) => error switch
    {
        VettingException e => Of(e),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            From(new VettingException(FailureCode.SourceTooLarge, "The request is larger than this server takes.")),
        BadHttpRequestException { InnerException: System.Text.Json.JsonException e } =>
            From(new VettingException(FailureCode.InvalidRequest, $"The JSON of the request does not fit: {e.Message}")),
        BadHttpRequestException { StatusCode: StatusCodes.Status429TooManyRequests } e =>
            new ProblemDetails { Status = e.StatusCode, Type = Urn("too-many-requests"), Title = "Too much at once, wait a little", Detail = e.Message },
        BadHttpRequestException e => From(new VettingException(FailureCode.InvalidRequest, e.Message)),
        _ when IsUnstorable(error) => From(new VettingException(FailureCode.InvalidRequest, "A text of the request holds U+0000 or is no Unicode. The database takes no such text.")),
        _ => new ProblemDetails
        {
            Status = StatusCodes.Status500InternalServerError,
            Type = TypeOf(FailureCode.Unexpected),
            Title = TitleOf(FailureCode.Unexpected),
            Detail = "Something went wrong that should not. The server's log knows more.",
        },
    };

    // PostgreSQL refuses what SQLite keeps: character_not_in_repertoire for text, untranslatable_character for JSON.
    private static bool IsUnstorable(Exception? error) =>
        error is not null && (error is DbException { SqlState: "22021" or "22P05" } || IsUnstorable(error.InnerException));

    private static ProblemDetails Of(VettingException error)
    {
        var problem = new ProblemDetails { Status = StatusOf(error.Code), Type = TypeOf(error.Code), Title = TitleOf(error.Code), Detail = error.Message };
        if (!error.Subjects.IsEmpty && error.Code is FailureCode.ModelMissing or FailureCode.ModelMismatch or FailureCode.LicenceNotAccepted)
        {
            problem.Extensions["models"] = error.Subjects;
        }

        return problem;
    }

    /// <summary>Fills in type and title of answers that the framework makes (no route, no sign-in, wrong method …).</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        if (problem.Type?.StartsWith("urn:framevet:", StringComparison.Ordinal) == true)
        {
            return;
        }

        (problem.Type, problem.Title) = problem.Status switch
        {
            StatusCodes.Status400BadRequest => Named(FailureCode.InvalidRequest),
            StatusCodes.Status401Unauthorized => (Urn("sign-in-required"), "Sign in or send an API key"),
            StatusCodes.Status403Forbidden => Named(FailureCode.Forbidden),
            StatusCodes.Status404NotFound => Named(FailureCode.NotFound),
            StatusCodes.Status405MethodNotAllowed => (Urn("method-not-allowed"), "Not with this method"),
            StatusCodes.Status413PayloadTooLarge => Named(FailureCode.SourceTooLarge),
            StatusCodes.Status415UnsupportedMediaType => (Urn("content-type"), "Not with this content type"),
            StatusCodes.Status429TooManyRequests => (Urn("too-many-requests"), "Too many requests, wait a little"),
            >= 500 => Named(FailureCode.Unexpected),
            _ => (Urn("other"), problem.Title),
        };
    }

    private static (string Type, string Title) Named(FailureCode code) => (TypeOf(code), TitleOf(code));

    private static string TitleOf(FailureCode code) => Capital().Replace(code.ToString(), " $0").ToLowerInvariant() is var words
        ? char.ToUpperInvariant(words[0]) + words[1..]
        : "";

    private static string Urn(string name) => $"urn:framevet:{name}";

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Capital();
}
