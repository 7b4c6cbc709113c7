using Framevet.Pipeline;
using Framevet.Web.Identity;
using Microsoft.AspNetCore.Diagnostics;

namespace Framevet.Web.Api;

/// <summary>Turns an exception that left a route into problem details.</summary>
internal sealed class ProblemWriter(IProblemDetailsService problems, RefusedAccess refused) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more; 499 is what servers log then.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (exception is VettingException { Code: FailureCode.Forbidden })
        {
            refused.Note(httpContext, "no right");
        }

        var problem = Problems.From(exception);
        if (exception is VettingException { Detail: { } detail } && httpContext.User.IsInRole(Roles.Admin))
        {
            problem.Extensions["background"] = detail;
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem, Exception = exception });
        return true;
    }
}
