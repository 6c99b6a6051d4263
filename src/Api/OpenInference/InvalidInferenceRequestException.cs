using FcnService.Api.Errors;

namespace FcnService.Api.OpenInference;

/// <summary>An inference request that the model cannot take.</summary>
/// <param name="detail">What is wrong with it, and what was expected.</param>
internal sealed class InvalidInferenceRequestException(string detail) : ProblemException(ProblemKind.InvalidInferenceRequest, detail);
